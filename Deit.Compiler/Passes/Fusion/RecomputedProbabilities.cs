using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>
/// The probabilities of attention are not kept for its gradient, whose kernel makes them again from queries, keys and two numbers a row
/// (Dao et al., arXiv 2205.14135, section 3.1): a product more, and none of the passes over memory that writing and reading them takes.
/// </summary>
internal static class RecomputedProbabilities
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction attention in rewriter.Calls("Attention"))
        {
            Slot probabilities = attention["probabilities"]!;
            if (rewriter.OnlyReader(probabilities) is not { Kernel: "AttentionBackward" } gradient) continue;

            var statistics = new Slot(TrainingNames.Variable(attention.Layer, "statistics"), SlotKind.Intermediate, probabilities.Shape with { Columns = 2 }) { KeptBy = probabilities.KeptBy };
            rewriter.Replace(attention, Renamed(attention.Writing(probabilities, statistics), "FlashAttention"));
            rewriter.Replace(gradient, Renamed(gradient.Reading(probabilities, statistics), "FlashAttentionBackward"));
        }
    }

    private static Instruction Renamed(Instruction instruction, string kernel) => instruction with
    {
        Kernel = kernel,
        Operands = [.. instruction.Operands.Select(static operand => operand.Name == "probabilities" ? operand with { Name = "statistics" } : operand)],
    };
}
