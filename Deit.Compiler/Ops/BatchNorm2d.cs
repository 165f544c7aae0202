using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>Batch normalisation of channels, with scale, shift and running statistics (Ioffe and Szegedy, arXiv 1502.03167).</summary>
internal sealed record BatchNorm2d(Size Channels, Initialization Initialization) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "batch_norm2d", "Batch normalisation of channels.",
        [new("zero_init", ValueKind.Boolean, "Whether the scale starts at 0, at the end of a residual branch.") { Default = false }],
        static (values, inputs) => new BatchNorm2d(Conv2d.ChannelsOf(inputs[0]), values.Boolean("zero_init") ? Initialization.ZeroScale : Initialization.Default))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(BatchNorm2d);

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new([
        Parameter.Learned("weight", Channels),
        Parameter.Learned("bias", Channels),
        Parameter.Buffer("running_mean", Channels),
        Parameter.Buffer("running_var", Channels),
        Parameter.Buffer("num_batches_tracked"),
    ]);

    /// <inheritdoc/>
    public override MemberCode Member => new(nameof(BatchNorm2d), $"BatchNorm2d({Channels}){Initialization.Code}", $"over {Channels} channels");

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) =>
        inputs[0].Rank == 4 && inputs[0][1].Value == Channels.Value
            ? inputs[0]
            : throw GraphException.Shape($"expected {Channels.Value} channels, found {inputs[0]}");

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";
}
