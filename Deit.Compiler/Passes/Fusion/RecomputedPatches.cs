using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>What is copied from the images for the first layer is not kept for its weight gradient, the last of a step: the images are there, and it is copied again.</summary>
internal static class RecomputedPatches
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction copy in rewriter.Forward.Where(static instruction => instruction.Kernel is "Patches" or "ImageRows").ToArray())
        {
            Slot copied = copy.Writes.Single();
            if (rewriter.Backward.FirstOrDefault(instruction => instruction.Reads.Contains(copied)) is not { } reader) continue;

            var again = new Slot(copied.Name + "Again", SlotKind.Intermediate, copied.Shape) { IsOfImages = true };
            Instruction second = rewriter.InsertBefore(reader, copy.Writing(copied, again));
            rewriter.ReadInBackward(copied, again, except: second);
        }
    }
}
