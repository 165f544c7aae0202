using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>Batch normalisation of channels, with scale, shift and running statistics (Ioffe and Szegedy, arXiv 1502.03167).</summary>
internal sealed record BatchNorm2d(Size Channels, Initialization Initialization) : Op
{
    // What PyTorch adds to the variance unless it is told otherwise.
    private const double DefaultEpsilon = 1e-5;

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

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add(
        "BatchNormalization",
        [scope.Input, scope.Weight("weight"), scope.Weight("bias"), scope.Weight("running_mean"), scope.Weight("running_var")],
        OnnxAttribute.Number("epsilon", DefaultEpsilon));

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Pixels(node.Inputs[0]);
        Slot weight = pass.Parameter("weight", 1, Channels.Value);
        Slot bias = pass.Parameter("bias", 1, Channels.Value);
        Slot mean = pass.New("mean", weight.Shape);
        Slot deviation = pass.New("inverseDeviation", weight.Shape);
        Slot y = pass.New("y", x.Shape);
        pass.Call("BatchNorm",
            Instruction.Read("x", x), Instruction.Read("weight", weight), Instruction.Read("bias", bias),
            Instruction.Read("runningMean", pass.Buffer("running_mean", Channels.Value)), Instruction.Read("runningVariance", pass.Buffer("running_var", Channels.Value)), Instruction.Read("batches", pass.Buffer("num_batches_tracked", 1)),
            Instruction.Write("y", y), Instruction.Write("mean", mean), Instruction.Write("inverseDeviation", deviation));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("BatchNormBackward",
                Instruction.Read("dy", dy), Instruction.Read("x", x), Instruction.Read("mean", mean), Instruction.Read("inverseDeviation", deviation), Instruction.Read("weight", weight), Instruction.Read("bias", bias),
                Instruction.Write("dx", dx, mayReplace: "dy"), Instruction.Write("dWeight", Lowering.GradientOf(weight)), Instruction.Write("dBias", Lowering.GradientOf(bias)));
            pass.Accumulate(x, dx);
        });
        return [y];
    }
}
