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
/// RegNetX and, with squeeze-and-excitation, RegNetY (Radosavovic et al., arXiv 2003.13678), with the parameter names and
/// the arithmetic of timm. RegNetY-16GF is DeiT's teacher.
/// </summary>
internal sealed class RegNet : Family
{
    /// <inheritdoc/>
    public override string Name => "regnet";

    /// <inheritdoc/>
    public override string? AttributeName => "Deit.RegNetAttribute";

    /// <inheritdoc/>
    public override ImmutableArray<Key> Keys { get; } =
    [
        ModelKeys.ImageSize,
        ModelKeys.Channels,
        new("stem_width", ValueKind.Integer, "Number of channels after the stem.") { Default = 32L, Minimum = 1, Maximum = 65_536 },
        new("depths", ValueKind.Integers, "Number of blocks of each stage; with widths, instead of w0, wa, wm and depth.") { Minimum = 1, Maximum = 1000 },
        new("widths", ValueKind.Integers, "Number of channels of each stage.") { Minimum = 1, Maximum = 65_536 },
        new("w0", ValueKind.Integer, "Design space: width of the first block (equation 2); a multiple of 8.") { Minimum = 8, Maximum = 65_536 },
        new("wa", ValueKind.Number, "Design space: slope of the widths (equation 2).") { Minimum = 0, Maximum = 65_536 },
        new("wm", ValueKind.Number, "Design space: ratio of the widths of neighbouring stages (equation 3); greater than 1.") { Minimum = 1.001, Maximum = 64 },
        new("depth", ValueKind.Integer, "Design space: number of blocks of all stages together.") { Minimum = 1, Maximum = 1000 },
        new("group_width", ValueKind.Integer, "Number of channels in a group of a block's 3×3 convolution.") { Required = true, Minimum = 1, Maximum = 65_536 },
        new("se_ratio", ValueKind.Number, "Width of squeeze-and-excitation relative to a block's input; 0 leaves it out (RegNetX).") { Default = 0.25, Minimum = 0, Maximum = 1 },
        ModelKeys.Classes,
        ModelKeys.DropPath,
        ModelKeys.DropPathMode,
        ModelKeys.DropRate,
        ModelKeys.Precision,
    ];

    /// <inheritdoc/>
    internal override IEnumerable<SpecFinding> Check(SpecTable spec) => RegNetStages.Check(spec);

    /// <summary>A model that states its stages the one way no longer has those that its base states the other way.</summary>
    internal override SpecTable Derive(SpecTable? parent, SpecTable own)
    {
        if (parent is null) return own;
        ImmutableArray<string> replaced = RegNetStages.ReplacedBy(own);
        return base.Derive(parent with { Entries = new(parent.Entries.Where(entry => !replaced.Contains(entry.Path))) }, own);
    }

    /// <inheritdoc/>
    internal override Architecture Build(SpecTable spec, string className)
    {
        ImmutableArray<RegNetStage> stages = RegNetStages.Of(spec);
        double squeeze = spec.Number("se_ratio");
        int blocks = (int)stages.Sum(static stage => stage.Depth);
        var model = new BlockBuilder(className, $"A {(squeeze > 0 ? "RegNetY" : "RegNetX")}: {blocks} blocks in {stages.Length} stages.");

        long image = spec.Integer("image_size");
        long channels = spec.Integer("channels");
        Value x = model.Input("images", TensorType.Float(Dim.Batch, channels, image, image));
        long width = spec.Integer("stem_width");
        x = model.AddMember("x", "stem", ConvolutionBlocks.ConvNorm(x.Type, width, kernel: 3, stride: 2, groups: 1), x);

        int firstBlock = 0;
        for (int i = 0; i < stages.Length; i++)
        {
            string name = string.Format(CultureInfo.InvariantCulture, "s{0}", i + 1);
            x = model.AddMember("x", name, RegNetBlocks.Stage(x.Type, stages[i], squeeze, firstBlock, ModelKeys.DropsWholeBatch(spec.Text("drop_path_mode"))), x);
            firstBlock += (int)stages[i].Depth;
        }

        Value logits = model.AddMember("logits", "head", new BlockCall(Head(x.Type, spec.Number("drop_rate"), spec.Integer("classes")), []), x);
        return new(model.Build(logits), (int)spec.Integer("classes"), false, spec.Number("drop_path"), blocks - 1);
    }

    private static Block Head(TensorType features, double dropRate, long classes)
    {
        var block = new BlockBuilder("ClassifierHead", "The mean over the image, classified.");
        Value x = block.Input("x", features);
        x = block.Add("x", new GlobalAveragePool(KeepDims: false), x);
        x = Dropout.AddTo(block, "x", "drop", dropRate, x);
        return block.Build(block.AddMember("x", "fc", new Linear(features[1].Value, classes, Initialization.Normal(0.01)), x));
    }
}
