using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>The gradient of a bias is summed by the kernel that writes the gradient it is the column sum of.</summary>
internal static class BiasGradient
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction sum in rewriter.Calls("ColumnSum"))
        {
            if (rewriter.Producer(sum["dy"]) is not { Kernel: "LayerNormBackward" or "GeluBackward" or "SiluBackward" } producer || producer.Has("columnSum")) continue;

            rewriter.Replace(producer, producer.With(Instruction.Write("columnSum", sum["sum"]!)));
            rewriter.Remove(sum);
        }
    }
}
