using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>One token of every image's sequence: (B, N, C) to (B, C).</summary>
/// <param name="Index">Its position.</param>
internal sealed record TokenAt(int Index) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "token_at", "One token of every image's sequence.",
        [new("index", ValueKind.Integer, "Its position.") { Default = 0L, Minimum = 0, Maximum = 1_000_000 }],
        static (values, _) => new TokenAt((int)values.Integer("index")));

    /// <inheritdoc/>
    public override string Kind => nameof(TokenAt);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 3 || x[1].Value <= Index) throw GraphException.Shape($"there is no token {Index} in {x}");
        return x with { Dims = new([x.Dims[0], x.Dims[2]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        $"{arguments[0]}.select(1, {Index.ToString(CultureInfo.InvariantCulture)})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Gather", [scope.Input, scope.Integer(Index)], OnnxAttribute.Integer("axis", 1));

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Features(node.Inputs[0]);
        Slot y = pass.New("token", node.Output);
        Operand[] place = [Instruction.Literal("tokens", Emit.Names.Number(x.Shape.Rows)), Instruction.Literal("index", Emit.Names.Number(Index))];
        pass.Call("TakeToken", [Instruction.Read("x", x), .. place, Instruction.Write("y", y)]);
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("TakeTokenBackward", [Instruction.Read("dy", dy), .. place, Instruction.Write("dx", dx)]);
            pass.Accumulate(x, dx);
        });
        return [y];
    }
}
