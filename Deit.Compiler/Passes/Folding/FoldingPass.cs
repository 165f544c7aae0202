using System;
using System.Collections.Immutable;
using Deit.Compiler.Passes.Fusion;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>
/// Makes a forward pass one of inference: weights are laid out once, together with what is folded into them, and layers apply to
/// their results what follows. Each rule has a file of its own and leaves every result as it was, up to rounding.
/// </summary>
internal static class FoldingPass
{
    /// <summary>The rules in the order in which they are tried.</summary>
    public static ImmutableArray<Action<Rewriter>> Rules { get; } =
    [
        PackedAttention.Apply,
        PackedWeights.Apply,
        FoldedBatchNorm.Apply,
        FoldedLayerScale.Apply,
        StridedPointwise.Apply,
        FoldedLayerNorm.Apply,
        FoldedAttentionScale.Apply,
        AppliedActivation.Apply,
        AppliedResidual.Apply,
        UnkeptStatistics.Apply,
    ];

    /// <summary>Applies all rules.</summary>
    public static Procedure Apply(Procedure procedure)
    {
        var rewriter = new Rewriter(procedure);
        foreach (Action<Rewriter> rule in Rules) rule(rewriter);
        return rewriter.Finish();
    }
}
