using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>
/// EfficientNet (Tan and Le, arXiv 1905.11946): EfficientNet-B0, scaled in width and depth, with the parameter names, the
/// padding and the arithmetic of timm. It is the convolutional network that DeiT is compared with.
/// </summary>
internal sealed class EfficientNet : Family
{
    private const long StemWidth = 32;
    private const long HeadWidth = 1280;

    /// <summary>The stages of EfficientNet-B0 (table 1).</summary>
    private static readonly ImmutableArray<EfficientNetStage> Stages =
    [
        new(Expansion: 1, Kernel: 3, Stride: 1, Width: 16, Depth: 1),
        new(Expansion: 6, Kernel: 3, Stride: 2, Width: 24, Depth: 2),
        new(Expansion: 6, Kernel: 5, Stride: 2, Width: 40, Depth: 2),
        new(Expansion: 6, Kernel: 3, Stride: 2, Width: 80, Depth: 3),
        new(Expansion: 6, Kernel: 5, Stride: 1, Width: 112, Depth: 3),
        new(Expansion: 6, Kernel: 5, Stride: 2, Width: 192, Depth: 4),
        new(Expansion: 6, Kernel: 3, Stride: 1, Width: 320, Depth: 1),
    ];

    /// <inheritdoc/>
    public override string Name => "efficientnet";

    /// <inheritdoc/>
    public override string? AttributeName => "Deit.EfficientNetAttribute";

    /// <inheritdoc/>
    public override ImmutableArray<Key> Keys { get; } =
    [
        ModelKeys.ImageSize,
        ModelKeys.Channels,
        new("stem_stride", ValueKind.Integer, "The step of the first convolution: 2 halves the image, 1 keeps the resolution of small ones.") { Default = 2L, Minimum = 1, Maximum = 2 },
        new("width_multiplier", ValueKind.Number, "Channels of every layer, in those of EfficientNet-B0; rounded to multiples of 8.") { Default = 1.0, Minimum = 0.01, Maximum = 16 },
        new("depth_multiplier", ValueKind.Number, "Blocks of every stage, in those of EfficientNet-B0; rounded up.") { Default = 1.0, Minimum = 0.01, Maximum = 16 },
        new("se_ratio", ValueKind.Number, "Width of squeeze-and-excitation relative to a block's input; 0 leaves it out.") { Default = 0.25, Minimum = 0, Maximum = 1 },
        ModelKeys.Classes,
        ModelKeys.DropPath with { Description = "Stochastic depth: the probability to leave out a block's branch while training rises linearly from 0 in the first block, and would be this one after the last." },
        ModelKeys.DropPathMode,
        ModelKeys.DropRate,
        ModelKeys.Precision,
    ];

    /// <inheritdoc/>
    internal override IEnumerable<SpecFinding> Check(SpecTable spec) => [];

    /// <inheritdoc/>
    internal override Architecture Build(SpecTable spec, string className)
    {
        double width = spec.Number("width_multiplier");
        double depth = spec.Number("depth_multiplier");
        ImmutableArray<EfficientNetStage> stages = [.. Stages.Select(stage => stage with { Width = Rounded(stage.Width * width), Depth = (long)Math.Ceiling(stage.Depth * depth) })];
        int blocks = (int)stages.Sum(static stage => stage.Depth);
        var model = new BlockBuilder(className, $"An EfficientNet: {blocks} blocks in {stages.Length} stages.");

        long image = spec.Integer("image_size");
        Value x = model.Input("images", TensorType.Float(Dim.Batch, spec.Integer("channels"), image, image));
        x = EfficientNetBlocks.ConvNorm(model, "x", "conv_stem", "bn1", x, Rounded(StemWidth * width), kernel: 3, stride: spec.Integer("stem_stride"));
        x = model.AddMember("x", "blocks", Trunk(x.Type, stages, spec.Number("se_ratio"), ModelKeys.DropsWholeBatch(spec.Text("drop_path_mode"))), x);
        x = EfficientNetBlocks.ConvNorm(model, "x", "conv_head", "bn2", x, Rounded(HeadWidth * width), kernel: 1, stride: 1);
        x = model.Add("x", new GlobalAveragePool(KeepDims: false), x);
        x = Dropout.AddTo(model, "x", "drop", spec.Number("drop_rate"), x);

        long classes = spec.Integer("classes");
        Value logits = model.AddMember("logits", "classifier", new Linear(x.Type[-1], classes, Initialization.FanOutUniform), x);
        return new(model.Build(logits), (int)classes, false, spec.Number("drop_path"), blocks);
    }

    private static BlockCall Trunk(TensorType input, ImmutableArray<EfficientNetStage> stages, double squeezeRatio, bool wholeBatch)
    {
        var block = new BlockBuilder("Trunk", "The stages, one after another.");
        string step = block.Fraction("dropPathStep", "How much stochastic depth rises from block to block.");
        Value x = block.Input("x", input);
        int first = 0;
        foreach ((EfficientNetStage stage, int i) in stages.Select(static (stage, i) => (stage, i)))
        {
            x = block.AddMember("x", i.ToString(CultureInfo.InvariantCulture), EfficientNetBlocks.Stage(x.Type, stage, squeezeRatio, first, wholeBatch), x);
            first += (int)stage.Depth;
        }

        return new(block.Build(x), [step]);
    }

    /// <summary>The nearest multiple of 8; the next one where that would be less than nine tenths (timm, and the authors' code).</summary>
    private static long Rounded(double channels)
    {
        const int unit = 8;
        long rounded = Math.Max(unit, (long)(channels + (unit / 2)) / unit * unit);
        return rounded < 0.9 * channels ? rounded + unit : rounded;
    }
}

/// <summary>One stage of an EfficientNet.</summary>
/// <param name="Expansion">Channels of a block's depthwise convolution, in those that come in; 1 expands none.</param>
/// <param name="Kernel">Height and width of the depthwise kernels.</param>
/// <param name="Stride">The step of the first block.</param>
/// <param name="Width">Number of channels.</param>
/// <param name="Depth">Number of blocks.</param>
internal sealed record EfficientNetStage(long Expansion, long Kernel, long Stride, long Width, long Depth);
