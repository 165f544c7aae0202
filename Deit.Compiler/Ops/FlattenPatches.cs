using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>A feature map as a sequence of tokens, row by row: (B, C, H, W) to (B, H·W, C).</summary>
internal sealed record FlattenPatches : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("flatten_patches", "A feature map as a sequence of tokens.", [], static (_, _) => new FlattenPatches());

    /// <inheritdoc/>
    public override string Kind => nameof(FlattenPatches);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 4) throw GraphException.Shape($"expected a feature map (B, channels, height, width), found {x}");
        return x with { Dims = new([x.Dims[0], x[2] * x[3], x.Dims[1]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]}.flatten(2).transpose(1, 2)";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) =>
        scope.Transpose(scope.Reshape(scope.Input, scope.OutputType[2], scope.OutputType[1]), 0, 2, 1);

    /// <summary>Channels last, a feature map is the sequence already.</summary>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [pass.Pixels(node.Inputs[0])];
}
