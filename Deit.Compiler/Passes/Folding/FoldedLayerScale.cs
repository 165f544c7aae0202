using Deit.Compiler.Inference;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>The factors of layer scale (Touvron et al., arXiv 2103.17239) are part of the layer that ends the branch.</summary>
internal static class FoldedLayerScale
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction scale in rewriter.Calls("ScaleColumns"))
        {
            Slot between = scale["x"]!;
            if (rewriter.Producer(between) is not { } producer || rewriter.OnlyReader(between) is null) continue;
            if (PackedWeights.LayerOf(producer) is not ({ LayerScale: "" } and not PackedNorm and var layer)) continue;

            rewriter.Remove(scale);
            rewriter.Replace(producer, PackedWeights.With(producer, layer with { LayerScale = scale["scale"]!.State }).Writing(between, scale["y"]!));
        }
    }
}
