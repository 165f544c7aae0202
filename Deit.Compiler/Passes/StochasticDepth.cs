using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// Stochastic depth that saves the time it promises: a branch is computed for the images that keep it, packed one after another,
/// and for no others, forward and backward (Huang et al., arXiv 1603.09382, section 3, image by image as in DeiT). A branch with
/// batch norms is computed for all images and masked, as timm does: its statistics come from all of them.
/// </summary>
internal static class StochasticDepth
{
    private const string DrawMask = "DrawMask";

    /// <summary>Kernels that treat each image by itself, and find out from their matrices how many there are.</summary>
    private static readonly HashSet<string> ImageByImage =
    [
        "LayerNorm", "Linear", "SplitHeads", "AttentionByHead", "MergeHeads", "Gelu", "Relu", "Silu", "Sigmoid", "ScaleColumns", "Add", "TakeTokens", "LeadingAttention", "ApplyMask", DrawMask,
    ];

    /// <summary>Applies the pass to every branch that allows it.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction scale in rewriter.Forward.Where(static instruction => instruction.Kernel == "ScaleImages").ToArray())
        {
            if (rewriter.OnlyReader(scale["y"]) is not { Kernel: "Add" } sum || sum["a"] == sum["b"]) continue;

            Slot shortcut = sum["a"] == scale["y"] ? sum["b"]! : sum["a"]!;
            Slot kept = scale["kept"]!;
            if (Branch(rewriter, scale["x"]!, shortcut) is not { } branch)
            {
                if (kept.IsWholeBatch) WholeBatchDepth.Apply(rewriter, scale, sum, shortcut);
                continue;
            }

            Instruction entry = branch.Single(instruction => instruction.Reads.Contains(shortcut));
            Forward(rewriter, branch, entry, scale, sum, shortcut, kept);
            Backward(rewriter, entry, kept);
        }
    }

    /// <summary>The instructions between the shortcut and the end of the branch, or null where they cannot be computed for some images alone.</summary>
    private static List<Instruction>? Branch(Rewriter rewriter, Slot end, Slot shortcut)
    {
        var branch = new List<Instruction>();
        var open = new Queue<Slot>([end]);
        while (open.Count > 0)
        {
            Slot slot = open.Dequeue();
            if (slot == shortcut || slot.Kind is SlotKind.Parameter or SlotKind.DropoutDraw) continue;
            if (rewriter.Producer(slot) is not { } producer || !ImageByImage.Contains(producer.Kernel)) return null;
            if (branch.Contains(producer)) continue;

            branch.Add(producer);
            foreach (Slot read in producer.Reads) open.Enqueue(read);
        }

        bool entersOnce = branch.Where(instruction => instruction.Reads.Contains(shortcut)).ToArray() is [{ Kernel: "LayerNorm" }];
        bool staysInside = branch.All(instruction => instruction.Writes.All(written => rewriter.Forward
            .Where(reader => reader.Reads.Contains(written))
            .All(reader => branch.Contains(reader) || written == end)));
        return entersOnce && staysInside ? branch : null;
    }

    private static void Forward(Rewriter rewriter, List<Instruction> branch, Instruction entry, Instruction scale, Instruction sum, Slot shortcut, Slot kept)
    {
        if (!kept.IsWholeBatch)
        {
            foreach (Slot written in branch.SelectMany(static instruction => instruction.Writes)) written.KeptBy = kept;

            // Masks are drawn for all images, as the model itself draws them; the kept ones take theirs.
            foreach (Instruction draw in branch.Where(static instruction => instruction.Kernel == DrawMask)) rewriter.Replace(draw, draw.With(Instruction.Read("kept", kept)));
        }

        rewriter.Replace(entry, entry.With(Instruction.Read("kept", kept)));
        rewriter.Replace(sum, new("AddKept",
            [Instruction.Read("x", shortcut), Instruction.Read("branch", scale["x"]!), Instruction.Read("kept", kept), Instruction.Write("y", sum["y"]!)], scale.Layer));
        rewriter.Remove(scale);
    }

    private static void Backward(Rewriter rewriter, Instruction entry, Slot kept)
    {
        Instruction scale = rewriter.Backward.Single(instruction => instruction.Kernel == "ScaleImages" && instruction["kept"]!.State == kept.State);
        Instruction? norm = rewriter.Backward.SkipWhile(instruction => instruction != scale).FirstOrDefault(instruction => instruction.Kernel == "LayerNormBackward" && instruction["mean"] == entry["mean"]);
        if (norm is not null) rewriter.Replace(norm, norm.With(Instruction.Read("kept", kept)));
        if (kept.IsWholeBatch) return;

        Instruction take = rewriter.Replace(scale, new("TakeKept",
            [Instruction.Read("dy", scale["x"]!), Instruction.Read("kept", kept), Instruction.Write("taken", scale["y"]!)], scale.Layer));
        scale["y"]!.KeptBy = kept;

        // Every gradient that is made of that one is of the kept images, until the norm that began the branch.
        foreach (Instruction instruction in rewriter.Backward.SkipWhile(instruction => instruction != take).Skip(1).ToArray())
        {
            if (instruction.Kernel == "LayerNormBackward" && instruction["mean"] == entry["mean"]) return;
            if (!instruction.Reads.Any(read => read.KeptBy == kept)) continue;
            foreach (Slot written in instruction.Writes.Where(static written => written.Kind == SlotKind.Intermediate)) written.KeptBy = kept;
        }
    }
}
