using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>The batch norm that ends a branch adds the shortcut and applies the ReLU that follows: one pass over memory instead of three.</summary>
internal static class NormResidual
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction norm in rewriter.Calls("BatchNorm"))
        {
            Slot branch = norm["y"]!;
            if (norm.Has("activation") || rewriter.OnlyReader(branch) is not { Kernel: "Add" } sum || !rewriter.IsForward(sum)) continue;

            Slot shortcut = sum["a"] == branch ? sum["b"]! : sum["a"]!;
            if (shortcut == branch || !IsMadeBefore(rewriter, shortcut, norm)) continue;

            Instruction end = rewriter.OnlyReader(sum["y"]) is { Kernel: "Relu" } relu ? relu : sum;
            Operand[] operands = end == sum
                ? [Instruction.Read("residual", shortcut)]
                : [Instruction.Read("residual", shortcut), Instruction.Literal("activation", "Activation.Relu")];
            rewriter.Replace(norm, norm.Writing(branch, end["y"]!).With(operands));
            rewriter.Remove(sum);
            if (end != sum) rewriter.Remove(end);
        }
    }

    private static bool IsMadeBefore(Rewriter rewriter, Slot slot, Instruction instruction) =>
        rewriter.Producer(slot) is not { } producer || rewriter.IsBefore(producer, instruction);
}
