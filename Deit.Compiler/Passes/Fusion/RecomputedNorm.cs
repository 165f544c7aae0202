using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>
/// What a layer norm gives is not kept for the weight gradient of the linear layer that reads it: the kernel of the norm's own
/// gradient, which normalises the input again anyway, writes it once more, and the weight gradient waits for that.
/// </summary>
internal static class RecomputedNorm
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction norm in rewriter.Calls("LayerNorm"))
        {
            Slot y = norm["y"]!;
            ImmutableArray<Instruction> readers = [.. rewriter.Readers(y).Where(reader => !rewriter.IsForward(reader))];
            Instruction? gradient = rewriter.Readers(norm["mean"]).FirstOrDefault(static reader => reader.Kernel == "LayerNormBackward");

            // What reads it may wait for the norm's gradient where that does not wait for it.
            if (gradient is null || rewriter.IsKept(y) || readers.IsEmpty || readers.Any(static reader => reader.Kernel != "LinearWeightGradient")) continue;

            var again = new Slot(y.Name + "Again", SlotKind.Intermediate, y.Shape) { KeptBy = y.KeptBy };
            gradient = rewriter.Replace(gradient, gradient.With(Instruction.Read("bias", norm["bias"]!), Instruction.Write("y", again)));
            rewriter.ReadInBackward(y, again, except: gradient);
        }
    }
}
