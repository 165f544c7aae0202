using System;
using System.Collections.Immutable;
using System.Globalization;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;

namespace Deit.Compiler.Families;

/// <summary>The blocks that a RegNet is made of. Each comes with the arguments that its first use gives it.</summary>
internal static class RegNetBlocks
{
    private const string Height = "height";
    private const string Width = "width";

    /// <summary>Stage: blocks of one width, of which the first halves the resolution.</summary>
    /// <param name="input">The type of what comes in.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="squeezeRatio">Width of squeeze-and-excitation relative to a block's input; 0 for none.</param>
    /// <param name="firstBlock">The number of blocks in the stages before.</param>
    /// <param name="wholeBatch">Whether stochastic depth leaves out a branch for all images of a step together.</param>
    public static BlockCall Stage(TensorType input, RegNetStage stage, double squeezeRatio, int firstBlock, bool wholeBatch)
    {
        var block = new BlockBuilder("Stage", "Blocks of one width, of which the first halves the resolution.");
        Size inChannels = block.Argument("inChannels", input[1], "Channels that come in.");
        Size channels = block.Argument("channels", stage.Width, "Channels of every block.");
        Size depth = block.Argument("depth", stage.Depth, "Number of blocks.");
        Size groups = block.Argument("groups", stage.Width / stage.GroupWidth, "Groups of every 3×3 convolution.");
        Size firstSqueeze = Squeeze(block, "firstSqueezeChannels", input[1].Value, squeezeRatio, "Channels inside the first block's squeeze-and-excitation.");
        Size squeeze = Squeeze(block, "squeezeChannels", stage.Width, squeezeRatio, "Channels inside the other blocks' squeeze-and-excitation.");
        string firstDropPath = block.Fraction("firstDropPath", "Stochastic depth of the first block.");
        string dropPathStep = block.Fraction("dropPathStep", "How much it rises from block to block.");

        Value x = block.Input("x", input.Named(inChannels.Text, Height, Width));
        x = block.AddMember("x", "b1", Downsampling(x.Type, channels, groups, firstSqueeze, new(firstDropPath, wholeBatch)), x);
        BlockCall bottleneck = Bottleneck(x.Type, groups, squeeze, new($"{firstDropPath} + ((i + 1) * {dropPathStep})", wholeBatch));
        x = block.Add("x", RepeatedBlock.Of("Blocks", bottleneck, depth - 1, "b", 2), x);

        string[] squeezes = squeezeRatio > 0 ? [Literal(firstSqueeze), Literal(squeeze)] : [];
        return new(block.Build(x), [Literal(input[1]), Literal(channels), Literal(depth), Literal(groups), .. squeezes, ConvolutionBlocks.DropPathOf(firstBlock), "dropPathStep"]);
    }

    private static BlockCall Downsampling(TensorType input, Size outChannels, Size groups, Size squeezeChannels, DropPath dropPath)
    {
        var block = new BlockBuilder("DownsamplingBottleneck", "The bottleneck that begins a stage: half the resolution, with a convolution beside it in place of the identity.");
        Size inChannels = block.Argument("inChannels", input[1], "Channels that come in.");
        Size channels = block.Argument("outChannels", outChannels, "Channels that go out.");
        Size parts = block.Argument("groups", groups, "Groups of the 3×3 convolution.");
        Size squeeze = Inner(block, squeezeChannels);
        string rate = block.Fraction("dropPath", "Probability to leave out the branch while training.");

        Value x = block.Input("x", input.Named(inChannels.Text, Height, Width));
        Value y = Branch(block, x, channels, stride: 2, parts, squeeze, dropPath with { Rate = rate });
        Value shortcut = block.AddMember("shortcut", "downsample", ConvolutionBlocks.ConvNorm(x.Type, channels, kernel: 1, stride: 2, groups: 1, activation: false), x);
        y = block.Add("y", new Add(), y, shortcut);
        return new(
            block.Build(block.Add("y", new Relu(), y)),
            [input[1].Text, outChannels.Text, groups.Text, .. Given(squeezeChannels), dropPath.Rate]);
    }

    private static BlockCall Bottleneck(TensorType input, Size groups, Size squeezeChannels, DropPath dropPath)
    {
        var block = new BlockBuilder("Bottleneck", "Three convolutions, of which the middle one is grouped, added to what came in.");
        Size channels = block.Argument("channels", input[1], "Channels that come in and go out.");
        Size parts = block.Argument("groups", groups, "Groups of the 3×3 convolution.");
        Size squeeze = Inner(block, squeezeChannels);
        string rate = block.Fraction("dropPath", "Probability to leave out the branch while training.");

        Value x = block.Input("x", input.Named(channels.Text, Height, Width));
        Value y = Branch(block, x, channels, stride: 1, parts, squeeze, dropPath with { Rate = rate });
        y = block.Add("y", new Add(), y, x);
        return new(block.Build(block.Add("y", new Relu(), y)), [input[1].Text, groups.Text, .. Given(squeezeChannels), dropPath.Rate]);
    }

    private static Value Branch(BlockBuilder block, Value x, Size channels, Size stride, Size groups, Size squeezeChannels, DropPath dropPath)
    {
        Value y = block.AddMember("y", "conv1", ConvolutionBlocks.ConvNorm(x.Type, channels, kernel: 1, stride: 1, groups: 1), x);
        y = block.AddMember("y", "conv2", ConvolutionBlocks.ConvNorm(y.Type, channels, kernel: 3, stride, groups), y);
        if (squeezeChannels.Value > 0) y = block.AddMember("y", "se", ConvolutionBlocks.SqueezeExcitation(y.Type, squeezeChannels, "fc1", "fc2", new Relu()), y);
        y = block.AddMember("y", "conv3", ConvolutionBlocks.ConvNorm(y.Type, channels, kernel: 1, stride: 1, groups: 1, activation: false, startsAtZero: true), y);
        return block.AddMember("y", "drop_path", dropPath, y);
    }

    // timm rounds half to even, as Math.Round does.
    private static Size Squeeze(BlockBuilder block, string name, long channels, double ratio, string summary) =>
        ratio > 0 ? block.Argument(name, Math.Max(1, (long)Math.Round(channels * ratio)), summary) : 0;

    private static Size Inner(BlockBuilder block, Size squeezeChannels) =>
        squeezeChannels.Value > 0 ? block.Argument("squeezeChannels", squeezeChannels, "Channels inside squeeze-and-excitation.") : 0;

    private static ImmutableArray<string> Given(Size squeezeChannels) => squeezeChannels.Value > 0 ? [squeezeChannels.Text] : [];

    private static string Literal(Size size) => size.Value.ToString(CultureInfo.InvariantCulture);
}
