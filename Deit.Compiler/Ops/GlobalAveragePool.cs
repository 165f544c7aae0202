using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>The mean of every channel over the image.</summary>
/// <param name="KeepDims">Whether height and width stay, as 1.</param>
internal sealed record GlobalAveragePool(bool KeepDims) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "global_average_pool", "The mean of every channel over the image.",
        [new("keep_dims", ValueKind.Boolean, "Whether height and width stay, as 1.") { Default = false }],
        static (values, _) => new GlobalAveragePool(values.Boolean("keep_dims")));

    /// <inheritdoc/>
    public override string Kind => nameof(GlobalAveragePool);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 4) throw GraphException.Shape($"expected images (B, channels, height, width), found {x}");
        return x with { Dims = KeepDims ? new([x.Dims[0], x.Dims[1], 1, 1]) : new([x.Dims[0], x.Dims[1]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        KeepDims ? $"{arguments[0]}.mean([2, 3], keepdim: true)" : $"{arguments[0]}.mean([2, 3])";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope)
    {
        string pooled = scope.Add("GlobalAveragePool", scope.Inputs);
        return KeepDims ? pooled : scope.Add("Flatten", [pooled], OnnxAttribute.Integer("axis", 1));
    }

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [TokenMean.Mean(pass, pass.Pixels(node.Inputs[0]), skipped: 0)];
}
