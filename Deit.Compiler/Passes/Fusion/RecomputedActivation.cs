using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>
/// The largest value of a transformer's block, the activation of its MLP, is not kept for the backward pass: the kernel of its
/// gradient has all that is needed to make it again.
/// </summary>
internal static class RecomputedActivation
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction activation in rewriter.Forward.Where(static instruction => instruction.Kernel is "Gelu" or "Silu").ToArray())
        {
            Slot y = activation["y"]!;
            Instruction? gradient = rewriter.Readers(activation["x"]).FirstOrDefault(reader => reader.Kernel == activation.Kernel + "Backward");
            if (gradient is null || rewriter.IsKept(y) || !rewriter.Backward.Any(instruction => instruction.Reads.Contains(y))) continue;

            // What reads the activation must not be what the gradient waits for.
            var again = new Slot(y.Name + "Again", SlotKind.Intermediate, y.Shape) { KeptBy = y.KeptBy };
            gradient = rewriter.Replace(gradient, gradient.With(Instruction.Write("y", again)));
            rewriter.ReadInBackward(y, again, except: gradient);
        }
    }
}
