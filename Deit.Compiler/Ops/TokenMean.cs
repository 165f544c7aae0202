using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>The mean of an image's patch tokens: (B, N, C) to (B, C).</summary>
/// <param name="PrefixTokens">The tokens in front that are left out.</param>
internal sealed record TokenMean(Size PrefixTokens) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "token_mean", "The mean of an image's tokens.",
        [new("skip", ValueKind.Integer, "The tokens in front that are left out.") { Default = 0L, Minimum = 0, Maximum = 1_000_000 }],
        static (values, _) => new TokenMean(values.Integer("skip")));

    /// <inheritdoc/>
    public override string Kind => nameof(TokenMean);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 3 || x[1].Value <= PrefixTokens.Value) throw GraphException.Shape($"there are no tokens after the first {PrefixTokens.Value} in {x}");
        return x with { Dims = new([x.Dims[0], x.Dims[2]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => PrefixTokens.Value == 0
        ? $"{arguments[0]}.mean([1])"
        : $"{arguments[0]}[.., {PrefixTokens}.., ..].mean([1])";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope)
    {
        string tokens = PrefixTokens.Value == 0
            ? scope.Input
            : scope.Add("Slice", [scope.Input, scope.Integers(PrefixTokens.Value), scope.Integers(scope.InputType[1].Value), scope.Integers(1)]);
        return scope.Add("ReduceMean", [tokens, scope.Integers(1)], OnnxAttribute.Integer("keepdims", 0));
    }

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [Mean(pass, pass.Features(node.Inputs[0]), PrefixTokens.Value)];

    /// <summary>The mean of an image's rows, without the first few.</summary>
    internal static Slot Mean(Lowering pass, Slot x, long skipped)
    {
        Slot y = pass.New("mean", new MatrixShape(1, x.Shape.Columns, PerImage: true));
        Operand[] place = [Instruction.Literal("rows", Emit.Names.Number(x.Shape.Rows)), Instruction.Literal("skipped", Emit.Names.Number(skipped))];
        pass.Call("MeanOfRows", [Instruction.Read("x", x), .. place, Instruction.Write("y", y)]);
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("MeanOfRowsBackward", [Instruction.Read("dy", dy), .. place, Instruction.Write("dx", dx)]);
            pass.Accumulate(x, dx);
        });
        return y;
    }
}
