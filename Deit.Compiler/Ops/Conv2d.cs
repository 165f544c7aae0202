using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>A two-dimensional convolution with a square kernel.</summary>
internal sealed record Conv2d(Size In, Size Out, Size Kernel, Initialization Initialization) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "conv2d", "A convolution with a square kernel.",
        [
            new("out", ValueKind.Integer, "Channels that go out.") { Required = true, Minimum = 1, Maximum = 65_536 },
            new("kernel", ValueKind.Integer, "Height and width of the kernel.") { Default = 3L, Minimum = 1, Maximum = 1024 },
            new("stride", ValueKind.Integer, "The step in both directions.") { Default = 1L, Minimum = 1, Maximum = 1024 },
            new("padding", ValueKind.Integer, "Zeros around the image; half the kernel by default, rounded down.") { Minimum = 0, Maximum = 1024 },
            new("groups", ValueKind.Integer, "Groups of channels that do not see each other.") { Default = 1L, Minimum = 1, Maximum = 65_536 },
            new("bias", ValueKind.Boolean, "Whether a constant is added to every channel.") { Default = false },
        ],
        static (values, inputs) => new Conv2d(ChannelsOf(inputs[0]), values.Integer("out"), values.Integer("kernel"), Initialization.FanOut)
        {
            Stride = values.Integer("stride"),
            Padding = values.States("padding") ? values.Integer("padding") : values.Integer("kernel") / 2,
            Groups = values.Integer("groups"),
            HasBias = values.Boolean("bias"),
        })
    { HasState = true };

    /// <summary>The step in both directions.</summary>
    public Size Stride { get; init; } = 1;

    /// <summary>Zeros around the image.</summary>
    public Size Padding { get; init; } = 0;

    /// <summary>Number of groups of channels that do not see each other.</summary>
    public Size Groups { get; init; } = 1;

    /// <summary>Whether a constant is added to every output channel.</summary>
    public bool HasBias { get; init; }

    /// <inheritdoc/>
    public override string Kind => nameof(Conv2d);

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters
    {
        get
        {
            Parameter weight = Parameter.Learned("weight", Out, In.Value / Groups.Value, Kernel, Kernel);
            return new(HasBias ? [weight, Parameter.Learned("bias", Out)] : [weight]);
        }
    }

    /// <inheritdoc/>
    public override MemberCode Member
    {
        get
        {
            string stride = IsOne(Stride) ? "" : $", stride: {Stride}";
            string padding = Padding.IsLiteral && Padding.Value == 0 ? "" : $", padding: {Padding}";
            string groups = IsOne(Groups) ? "" : $", groups: {Groups}";
            string bias = HasBias ? "" : ", bias: false";
            return new(nameof(Conv2d), $"Conv2d({In}, {Out}, {Kernel}{stride}{padding}{groups}{bias}){Initialization.Code}", Summary);
        }
    }

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (ChannelsOf(x).Value != In.Value) throw GraphException.Shape($"expected {In.Value} channels, found {x[1].Value} in {x}");
        if (In.Value % Groups.Value != 0 || Out.Value % Groups.Value != 0)
        {
            throw new GraphException(Rules.GroupWidthMismatch, $"{In.Value} → {Out.Value} channels are not divisible into {Groups.Value} groups");
        }

        return x with { Dims = new([x.Dims[0], Out, Extent(x[2]), Extent(x[3])]) };
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) =>
        checked(output.ElementsPerImage * (In.Value / Groups.Value) * Kernel.Value * Kernel.Value);

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add(
        "Conv",
        [scope.Input, .. scope.Weights],
        OnnxAttribute.Integers("kernel_shape", Kernel.Value, Kernel.Value),
        OnnxAttribute.Integers("strides", Stride.Value, Stride.Value),
        OnnxAttribute.Integers("pads", Padding.Value, Padding.Value, Padding.Value, Padding.Value),
        OnnxAttribute.Integer("group", Groups.Value));

    private string Summary => Kernel.IsLiteral
        ? $"{In} → {Out} channels, {Kernel}×{Kernel}{(IsOne(Stride) ? "" : $", stride {Stride}")}{(IsOne(Groups) ? "" : $", {Groups} groups")}"
        : $"{In} → {Out} channels";

    /// <summary>The channels of images.</summary>
    /// <exception cref="GraphException">They are no images.</exception>
    public static Size ChannelsOf(TensorType images) =>
        images.Rank == 4 ? images[1] : throw GraphException.Shape($"expected images (B, channels, height, width), found {images}");

    private static bool IsOne(Size size) => size.IsLiteral && size.Value == 1;

    private Size Extent(Size extent)
    {
        long value = ((extent.Value + (2 * Padding.Value) - Kernel.Value) / Stride.Value) + 1;
        if (extent.Value + (2 * Padding.Value) < Kernel.Value)
        {
            throw new GraphException(Rules.FeatureMapVanishes, $"a {Kernel.Value}×{Kernel.Value} kernel does not fit into an extent of {extent.Value}");
        }

        // With a kernel that spans its stride evenly, the output is the input divided by the stride, rounded up.
        if (extent.IsLiteral) return value;
        return IsOne(Stride) ? new(value, extent.Text) : new(value, $"{extent.Text} / {Stride.Text}");
    }

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => ConvolutionTraining.Write(this, pass, node);
}
