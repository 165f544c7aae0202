using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>A layer applies the activation that follows it to what it has just made.</summary>
internal static class AppliedActivation
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction activation in rewriter.Forward.Where(static instruction => instruction.Kernel is "Relu" or "Silu" or "Gelu" or "Sigmoid").ToArray())
        {
            Slot between = activation["x"]!;
            if (rewriter.Producer(between) is not { } producer || PackedWeights.LayerOf(producer) is null || producer.Has("activation")) continue;
            if (rewriter.OnlyReader(between) is null) continue;

            rewriter.Remove(activation);
            rewriter.Replace(producer, producer.Writing(between, activation["y"]!).With(Instruction.Literal("activation", $"Activation.{activation.Kernel}")));
        }
    }
}
