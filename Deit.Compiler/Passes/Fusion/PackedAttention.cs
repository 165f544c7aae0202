using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>
/// Attention reads queries, keys and values where the linear layer before it put them, side by side, and writes its output where
/// the linear layer after it reads it: nothing is brought in the order of heads and back. The same backward.
/// </summary>
internal static class PackedAttention
{
    private const long Lanes = 16;

    /// <summary>Applies the rule wherever it fits: not where queries and keys are normalised in between.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction split in rewriter.Calls("SplitHeads"))
        {
            if (rewriter.OnlyForwardReader(split["q"]!) is not { Kernel: "AttentionByHead" } attention
                || attention["k"] != split["k"] || attention["v"] != split["v"]
                || rewriter.OnlyForwardReader(split["k"]!) != attention || rewriter.OnlyForwardReader(split["v"]!) != attention
                || rewriter.OnlyForwardReader(attention["y"]!) is not { Kernel: "MergeHeads" } merge)
            {
                continue;
            }

            Operand[] sizes = [split.Operand("heads"), attention.Operand("tokens")];
            Slot probabilities = Padded(attention["probabilities"]!);
            Forward(rewriter, split, attention, merge, sizes, probabilities);
            Backward(rewriter, attention, sizes, split["x"]!, probabilities);
        }
    }

    private static void Forward(Rewriter rewriter, Instruction split, Instruction attention, Instruction merge, Operand[] sizes, Slot probabilities)
    {
        rewriter.Replace(merge, new("Attention",
            [Instruction.Read("qkv", split["x"]!), .. sizes, Instruction.Write("y", merge["y"]!), Instruction.Write("probabilities", probabilities)], attention.Layer));
        rewriter.Remove(split, attention);
    }

    private static void Backward(Rewriter rewriter, Instruction attention, Operand[] sizes, Slot qkv, Slot probabilities)
    {
        foreach (Instruction gradient in rewriter.Readers(attention["probabilities"]))
        {
            Instruction merge = rewriter.Producer(gradient["dy"])!;
            Instruction split = rewriter.OnlyReader(gradient["dq"])!;
            rewriter.Replace(split, new("AttentionBackward",
                [Instruction.Read("qkv", qkv), Instruction.Read("probabilities", probabilities), Instruction.Read("dy", merge["dy"]!), .. sizes, Instruction.Write("dQkv", split["dx"]!)], attention.Layer));
            rewriter.Remove(merge, gradient);
        }
    }

    /// <summary>The probabilities with rows that end at a vector's border; the kernel fills what is too much with zeros.</summary>
    private static Slot Padded(Slot probabilities) => new(
        probabilities.Name, SlotKind.Intermediate, probabilities.Shape with { Columns = (probabilities.Shape.Columns + Lanes - 1) / Lanes * Lanes })
    { KeptBy = probabilities.KeptBy };
}
