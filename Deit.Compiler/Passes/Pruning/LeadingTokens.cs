using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Emit;
using Deit.Compiler.Graphs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Pruning;

/// <summary>The first tokens of every image's sequence: (B, N, C) to (B, n, C).</summary>
/// <param name="Count">How many.</param>
internal sealed record LeadingTokens(long Count) : PassOp
{
    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) => inputs[0] with { Dims = new([inputs[0].Dims[0], Count, inputs[0].Dims[2]]) };

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Features(node.Inputs[0]);
        Slot y = pass.New("leading", x.Shape with { Rows = Count });
        Operand[] sizes = [Instruction.Literal("tokens", Names.Number(x.Shape.Rows)), Instruction.Literal("count", Names.Number(Count))];
        pass.Call("TakeTokens", [Instruction.Read("x", x), .. sizes, Instruction.Write("y", y)]);
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("TakeTokensBackward", [Instruction.Read("dy", dy), .. sizes, Instruction.Write("dx", dx)]);
            pass.Accumulate(x, dx);
        });
        return [y];
    }
}
