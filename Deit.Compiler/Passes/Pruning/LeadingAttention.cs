using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Emit;
using Deit.Compiler.Graphs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Pruning;

/// <summary>Attention in which the first tokens alone ask, and all answer: queries (B, n, C), keys and values side by side (B, N, 2C).</summary>
/// <param name="Heads">Number of heads.</param>
internal sealed record LeadingAttention(long Heads) : PassOp
{
    private const long Lanes = 16;

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) => inputs[0];

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot q = pass.Features(node.Inputs[0]);
        Slot kv = pass.Features(node.Inputs[1]);
        long tokens = kv.Shape.Rows;
        Slot y = pass.New("merged", q);
        Slot probabilities = pass.New("probabilities", new MatrixShape(Heads * q.Shape.Rows, (tokens + Lanes - 1) / Lanes * Lanes, PerImage: true));
        Operand[] sizes = [Instruction.Literal("heads", Names.Number(Heads)), Instruction.Literal("tokens", Names.Number(tokens))];
        pass.Call("LeadingAttention", [Instruction.Read("q", q), Instruction.Read("kv", kv), .. sizes, Instruction.Write("y", y), Instruction.Write("probabilities", probabilities)]);
        pass.Gradient(y, dy =>
        {
            Slot dq = Lowering.NewGradient(q);
            Slot dkv = Lowering.NewGradient(kv);
            pass.Call("LeadingAttentionBackward",
                [Instruction.Read("q", q), Instruction.Read("kv", kv), Instruction.Read("probabilities", probabilities), Instruction.Read("dy", dy), .. sizes, Instruction.Write("dq", dq), Instruction.Write("dkv", dkv)]);
            pass.Accumulate(q, dq);
            pass.Accumulate(kv, dkv);
        });
        return [y];
    }
}
