using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>What only a backward pass would read is not written: means, deviations and probabilities.</summary>
internal static class UnkeptStatistics
{
    private static readonly ImmutableArray<string> Statistics = ["mean", "inverseDeviation", "probabilities"];

    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction call in rewriter.Forward.Where(static instruction => Statistics.Any(instruction.Has)).ToArray())
        {
            rewriter.Replace(call, call with { Operands = call.Operands.RemoveAll(static operand => Statistics.Contains(operand.Name)) });
        }
    }
}
