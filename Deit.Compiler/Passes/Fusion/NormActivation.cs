using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>A batch norm applies the activation that follows it, and undoes it backward: it knows its own input, so the value in between is kept nowhere.</summary>
internal static class NormActivation
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction norm in rewriter.Calls("BatchNorm"))
        {
            Slot between = norm["y"]!;
            if (rewriter.OnlyForwardReader(between) is not { Kernel: "Relu" or "Silu" } activation) continue;
            if (rewriter.Producer(FindGradient(rewriter, norm)) is not { } undo || undo.Kernel != activation.Kernel + "Backward") continue;
            if (rewriter.OnlyReader(undo["dx"]) is not { Kernel: "BatchNormBackward" } backward) continue;

            Operand literal = Instruction.Literal("activation", $"Activation.{activation.Kernel}");
            rewriter.Remove(activation, undo);
            rewriter.Replace(norm, norm.Writing(between, activation["y"]!).With(literal));
            rewriter.Replace(backward, backward.Reading(undo["dx"]!, undo["dy"]!).With(literal));
        }
    }

    /// <summary>The gradient that the norm's backward pass reads.</summary>
    private static Slot? FindGradient(Rewriter rewriter, Instruction norm)
    {
        foreach (Instruction backward in rewriter.Calls("BatchNormBackward"))
        {
            if (backward["mean"] == norm["mean"]) return backward["dy"];
        }

        return null;
    }
}
