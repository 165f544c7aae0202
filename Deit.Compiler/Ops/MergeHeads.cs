using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>The heads' outputs side by side: (B, heads, N, d) to (B, N, heads · d).</summary>
internal sealed record MergeHeads : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("merge_heads", "The heads' outputs side by side.", [], static (_, _) => new MergeHeads());

    /// <inheritdoc/>
    public override string Kind => nameof(MergeHeads);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 4) throw GraphException.Shape($"expected (B, heads, tokens, head width), found {x}");
        return x with { Dims = new([x.Dims[0], x.Dims[2], x[1] * x[3]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]}.transpose(1, 2).flatten(2)";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) =>
        scope.Reshape(scope.Transpose(scope.Input, 0, 2, 1, 3), scope.OutputType[1], scope.OutputType[2]);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Heads(node.Inputs[0]);
        Slot y = pass.New("merged", node.Output);
        Operand heads = Instruction.Literal("heads", Emit.Names.Number(node.Inputs[0].Type[1].Value));
        pass.Call("MergeHeads", Instruction.Read("x", x), heads, Instruction.Write("y", y));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("MergeHeadsBackward", Instruction.Read("dy", dy), heads, Instruction.Write("dx", dx));
            pass.Accumulate(x, dx);
        });
        return [y];
    }
}
