using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>The backward pass of the layer norm that begins a branch adds what it finds to the gradient that came past the branch.</summary>
internal static class ResidualGradient
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction norm in rewriter.Calls("LayerNormBackward"))
        {
            Slot gradient = norm["dx"]!;
            if (rewriter.OnlyReader(gradient) is not { Kernel: "Add" } sum || sum["a"] == sum["b"]) continue;

            Slot past = sum["a"] == gradient ? sum["b"]! : sum["a"]!;
            if (rewriter.Producer(past) is { } producer && rewriter.IsBefore(norm, producer)) continue;

            rewriter.Replace(norm, norm.With(Instruction.Read("residual", past)).Writing(gradient, sum["y"]!, mayReplace: "residual"));
            rewriter.Remove(sum);
        }
    }
}
