using System.Globalization;
using Deit.Compiler.Inference;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>Queries come divided by the root of the head's width out of the layer that makes them.</summary>
internal static class FoldedAttentionScale
{
    /// <summary>Applies the rule wherever it fits: not where queries and keys are normalised in between.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction attention in rewriter.Calls("Attention")) Fold(rewriter, attention, attention["qkv"]!);
        foreach (Instruction attention in rewriter.Calls("LeadingAttention")) Fold(rewriter, attention, attention["q"]!);
    }

    private static void Fold(Rewriter rewriter, Instruction attention, Slot queries)
    {
        if (rewriter.Producer(queries) is not { } producer || rewriter.OnlyReader(queries) is null) return;
        if (PackedWeights.LayerOf(producer) is not PackedLinear { Queries: 0, First: 0, BatchNorm: "", LayerScale: "" } layer) return;

        long columns = attention["y"]!.Shape.Columns;
        long heads = long.Parse(attention.Operand("heads").Text.Replace("_", ""), CultureInfo.InvariantCulture);
        rewriter.Replace(producer, PackedWeights.With(producer, layer with { Queries = columns, HeadWidth = columns / heads }));
        rewriter.Replace(attention, attention.With(Instruction.Literal("scale", "1")));
    }
}
