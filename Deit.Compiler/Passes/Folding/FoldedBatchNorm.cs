using System.Linq;
using Deit.Compiler.Inference;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>
/// A batch norm after a convolution is part of it: with running statistics it multiplies and shifts every channel, and so can the
/// convolution's weights and bias (Jacob et al., arXiv 1712.05877, section 3.2).
/// </summary>
internal static class FoldedBatchNorm
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction norm in rewriter.Calls(PackedWeights.Kernel).Where(static call => PackedWeights.LayerOf(call) is PackedNorm))
        {
            if (rewriter.Producer(norm["x"]) is not { } producer || rewriter.OnlyReader(norm["x"]) is null) continue;
            if (PackedWeights.LayerOf(producer) is not ({ BatchNorm: "" } and not PackedNorm and var layer)) continue;

            rewriter.Remove(norm);
            rewriter.Replace(producer, PackedWeights.With(producer, layer with { BatchNorm = PackedWeights.LayerOf(norm)!.Path }).Writing(norm["x"]!, norm["y"]!));
        }
    }
}
