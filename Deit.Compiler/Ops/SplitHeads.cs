using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>Packed queries, keys and values by head: (B, N, 3C) to (3, B, heads, N, C / heads).</summary>
internal sealed record SplitHeads(Size Heads) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "split_heads", "Packed queries, keys and values by head.",
        [new("heads", ValueKind.Integer, "Number of heads.") { Required = true, Minimum = 1, Maximum = 4096 }],
        static (values, _) => new SplitHeads(values.Integer("heads")));

    /// <inheritdoc/>
    public override string Kind => nameof(SplitHeads);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 3 || x[2].Value % (3 * Heads.Value) != 0)
        {
            throw new GraphException(Rules.WidthNotDivisibleByHeads, $"{x} cannot be split into queries, keys and values of {Heads.Value} heads");
        }

        Size width = x[2].Value / 3;
        return x with { Dims = new([3, x.Dims[0], Heads, x.Dims[1], width / Heads]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        $"{arguments[0]}.unflatten(2, 3, {Heads}, -1).permute(2, 0, 3, 1, 4)";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope)
    {
        TensorType parts = scope.OutputType;
        return scope.Transpose(scope.Reshape(scope.Input, parts[3], parts[0], parts[2], parts[4]), 2, 0, 3, 1, 4);
    }

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Features(node.Inputs[0]);
        var shape = new MatrixShape(x.Shape.Rows * Heads.Value, x.Shape.Columns / 3 / Heads.Value, PerImage: true);
        ImmutableArray<Slot> parts = [pass.NewByHead("q", shape), pass.NewByHead("k", shape), pass.NewByHead("v", shape)];
        Operand heads = Instruction.Literal("heads", Emit.Names.Number(Heads.Value));
        pass.Call("SplitHeads", Instruction.Read("x", x), heads, Instruction.Write("q", parts[0]), Instruction.Write("k", parts[1]), Instruction.Write("v", parts[2]));
        pass.Gradients(parts, gradients =>
        {
            if (gradients.Contains(null)) throw new NotSupportedException("queries, keys or values that nothing depends on");
            Slot dx = Lowering.NewGradient(x);
            pass.Call("SplitHeadsBackward", Instruction.Read("dq", gradients[0]!), Instruction.Read("dk", gradients[1]!), Instruction.Read("dv", gradients[2]!), heads, Instruction.Write("dx", dx));
            pass.Accumulate(x, dx);
        });
        return parts;
    }
}
