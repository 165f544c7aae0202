using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>The layer that ends a branch adds the shortcut, and applies the activation that follows the sum.</summary>
internal static class AppliedResidual
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction sum in rewriter.Calls("Add"))
        {
            if (Branch(rewriter, sum, "a", "b") is not { } branch) continue;

            Slot shortcut = sum["a"] == branch["y"] ? sum["b"]! : sum["a"]!;
            Instruction end = rewriter.OnlyReader(sum["y"]) is { Kernel: "Relu" or "Silu" or "Gelu" } activation ? activation : sum;
            ImmutableArray<Operand> applied = [Instruction.Read("residual", shortcut)];
            if (end != sum) applied = applied.Add(Instruction.Literal("activation", $"Activation.{end.Kernel}"));
            rewriter.Replace(branch, branch.Writing(branch["y"]!, end["y"]!, mayReplace: "residual").With([.. applied]));
            rewriter.Remove([.. new[] { sum, end }.Distinct()]);
        }
    }

    /// <summary>The layer that makes one of the terms for the sum alone, after the other term is made.</summary>
    private static Instruction? Branch(Rewriter rewriter, Instruction sum, params string[] terms)
    {
        foreach (string term in terms)
        {
            Slot made = sum[term]!;
            Slot other = sum["a"] == made ? sum["b"]! : sum["a"]!;
            if (other == made || rewriter.OnlyReader(made) is null) continue;
            if (rewriter.Producer(made) is not { } producer || PackedWeights.LayerOf(producer) is null or Inference.PackedNorm) continue;
            if (producer.Has("activation") || producer.Has("residual")) continue;
            if (rewriter.Producer(other) is { } earlier && !rewriter.IsBefore(earlier, producer)) continue;
            return producer;
        }

        return null;
    }
}
