using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>The sum of two tensors of one shape: a residual connection. A parameter without a batch is added to every image.</summary>
internal sealed record Add : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("add", "The sum of two tensors of one shape: a residual connection.", [], static (_, _) => new Add()) { Inputs = 2 };

    /// <inheritdoc/>
    public override string Kind => nameof(Add);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType left = inputs[0];
        TensorType right = inputs[1];
        bool everyImage = !right.Dims[0].IsBatch && right.Dims[0].Size.Value == 1 && left.Dims.Skip(1).SequenceEqual(right.Dims.Skip(1));
        return left.Equals(right) || everyImage
            ? left
            : throw GraphException.Shape($"the sides of a sum differ: {left} and {right}");
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]} + {arguments[1]}";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Add", scope.Inputs);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot a = pass[node.Inputs[0]];
        Slot b = pass[node.Inputs[1]];
        if (a.Shape.PerImage != b.Shape.PerImage) return [AddToEveryImage(pass, a.Shape.PerImage ? a : b, a.Shape.PerImage ? b : a)];

        Slot y = pass.New("sum", a);
        pass.Call("Add", Instruction.Read("a", a), Instruction.Read("b", b), Instruction.Write("y", y, mayReplace: "b"));
        pass.Gradient(y, dy =>
        {
            pass.Accumulate(a, dy);
            pass.Accumulate(b, dy);
        });
        return [y];
    }

    private static Slot AddToEveryImage(Lowering pass, Slot x, Slot learned)
    {
        Slot y = pass.New("sum", x);
        pass.Call("AddToEveryImage", Instruction.Read("x", x), Instruction.Read("learned", learned), Instruction.Write("y", y, mayReplace: "x"));
        pass.Gradient(y, dy =>
        {
            Slot sum = Lowering.NewGradient(learned);
            pass.Call("SumOverImages", Instruction.Read("dy", dy), Instruction.Write("sum", sum));
            pass.Accumulate(learned, sum);
            pass.Accumulate(x, dy);
        });
        return y;
    }
}
