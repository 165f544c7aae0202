using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// Stochastic depth of a whole mini-batch (Huang et al., arXiv 1603.09382, section 3): a branch is run for all images or for none.
/// Here its two ends are made kernels that know of it; <see cref="BranchConditions"/> puts what lies between under the condition.
/// </summary>
internal static class WholeBatchDepth
{
    /// <summary>Kernels that are right whether their branch is run or not: in the first, the branch ends; in the others, its gradient does.</summary>
    public const string Sum = "AddKept", GradientSum = "AddBranch", NormGradient = "LayerNormBackward";

    /// <summary>Applies the pass to a branch whose first layer is not a layer norm.</summary>
    /// <param name="rewriter">The procedure.</param>
    /// <param name="scale">The branch's end.</param>
    /// <param name="sum">Where it is added.</param>
    /// <param name="shortcut">What it is added to.</param>
    public static void Apply(Rewriter rewriter, Instruction scale, Instruction sum, Slot shortcut)
    {
        Slot kept = scale["kept"]!;
        if (GradientSums(rewriter, kept) is not { } ends) return;

        rewriter.Replace(sum, new(Sum,
            [Instruction.Read("x", shortcut), Instruction.Read("branch", scale["x"]!), Instruction.Read("kept", kept), Instruction.Write("y", sum["y"]!, mayReplace: "x")], scale.Layer));
        rewriter.Remove(scale);
        foreach ((Instruction end, Slot past, Slot gradient) in ends)
        {
            rewriter.Replace(end, new(GradientSum,
                [Instruction.Read("x", past), Instruction.Read("branch", gradient), Instruction.Read("kept", kept), Instruction.Write("y", end["y"]!, mayReplace: "x")], end.Layer));
        }
    }

    /// <summary>Where the gradients of the branch meet those that came past it; null where one leaves the procedure without.</summary>
    private static List<(Instruction Sum, Slot Past, Slot Gradient)>? GradientSums(Rewriter rewriter, Slot kept)
    {
        var ends = new List<(Instruction, Slot, Slot)>();
        var inside = new HashSet<Slot>();
        foreach (Instruction instruction in rewriter.Backward)
        {
            bool begins = instruction.Kernel == "ScaleImages" && instruction["kept"]!.State == kept.State;
            if (!begins && !instruction.Reads.Any(inside.Contains)) continue;
            if (instruction.Kernel == "Add" && inside.Contains(instruction["a"]!) != inside.Contains(instruction["b"]!))
            {
                bool first = inside.Contains(instruction["a"]!);
                ends.Add((instruction, instruction[first ? "b" : "a"]!, instruction[first ? "a" : "b"]!));
                continue;
            }

            if (instruction is UnitCall) return null;
            inside.UnionWith(instruction.Writes.Where(static slot => slot.Kind == SlotKind.Intermediate));
        }

        return inside.Any(rewriter.IsKept) ? null : ends;
    }
}
