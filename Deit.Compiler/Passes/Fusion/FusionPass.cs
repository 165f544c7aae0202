using System;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>
/// Makes one kernel of several where that saves passes over memory. Each rule has a file of its own and leaves every result as
/// it was, up to rounding.
/// </summary>
internal static class FusionPass
{
    /// <summary>The rules in the order in which they are tried.</summary>
    public static ImmutableArray<Action<Rewriter>> Rules { get; } =
    [
        WrittenInPlace.Apply,
        StochasticDepth.Apply,
        PackedAttention.Apply,
        RecomputedProbabilities.Apply,
        NormActivation.Apply,
        NormResidual.Apply,
        ProductOntoResidual.Apply,
        ResidualGradient.Apply,
        RecomputedActivation.Apply,
        RecomputedNorm.Apply,
        RecomputedPatches.Apply,
        BiasGradient.Apply,
    ];

    /// <summary>Applies all rules, but in bfloat16 the one by which a product accumulates: the residual stays in full precision.</summary>
    public static Procedure Apply(Procedure procedure, Precision precision)
    {
        var rewriter = new Rewriter(procedure);
        foreach (Action<Rewriter> rule in Rules.Where(rule => precision == Precision.Full || rule != ProductOntoResidual.Apply)) rule(rewriter);
        return rewriter.Finish();
    }
}
