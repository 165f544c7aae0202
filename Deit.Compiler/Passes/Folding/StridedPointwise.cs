using System.Linq;
using Deit.Compiler.Inference;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>A product of the pixels that a stride does not skip reads them where they are.</summary>
internal static class StridedPointwise
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction taken in rewriter.Calls("TakePixels"))
        {
            if (rewriter.OnlyReader(taken["y"]) is not { } product || PackedWeights.LayerOf(product) is not PackedLinear { LayerNorm: "", Queries: 0, First: 0 } linear) continue;

            string geometry = $"new(Height: {taken.Operand("height").Text}, Width: {taken.Operand("width").Text}, Kernel: 1, Stride: {taken.Operand("stride").Text}, Padding: 0, Groups: 1)";
            var convolution = new PackedConvolution(linear.Path, geometry) { BatchNorm = linear.BatchNorm, LayerScale = linear.LayerScale };
            rewriter.Replace(product, PackedWeights.With(product, convolution).Reading(taken["y"]!, taken["x"]!));
            rewriter.Remove(taken);
        }
    }
}
