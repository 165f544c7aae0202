using System;
using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;

namespace Deit.Compiler.Families;

/// <summary>The blocks that an EfficientNet is made of. Each comes with the arguments that its first use gives it.</summary>
internal static class EfficientNetBlocks
{
    private const string Height = "height";
    private const string Width = "width";

    /// <summary>Convolution, batch normalisation and, where asked for, SiLU, side by side in one block as timm names them.</summary>
    /// <param name="block">The block that they become members of.</param>
    /// <param name="variable">The variable that holds the result.</param>
    /// <param name="conv">The convolution's name.</param>
    /// <param name="norm">The normalisation's name.</param>
    /// <param name="x">What comes in.</param>
    /// <param name="outChannels">Channels that go out.</param>
    /// <param name="kernel">Height and width of the kernel, odd.</param>
    /// <param name="stride">The step in both directions.</param>
    /// <param name="depthwise">Whether every channel has a kernel of its own.</param>
    /// <param name="activation">Whether SiLU follows.</param>
    public static Value ConvNorm(
        BlockBuilder block, string variable, string conv, string norm, Value x, Size outChannels, Size kernel, Size stride, bool depthwise = false, bool activation = true)
    {
        var convolution = new Conv2d(x.Type[1], outChannels, kernel, Initialization.FanOut) { Stride = stride, Padding = kernel / 2, Groups = depthwise ? outChannels : 1 };
        x = block.AddMember(variable, conv, convolution, x);
        x = block.AddMember(variable, norm, new BatchNorm2d(outChannels, Initialization.Default), x);
        return activation ? block.Add(variable, new Silu(), x) : x;
    }

    /// <summary>Stage: blocks of one width. The first may change width and resolution, the others add to what they take.</summary>
    /// <param name="input">The type of what comes in.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="squeezeRatio">Width of squeeze-and-excitation relative to a block's input; 0 for none.</param>
    /// <param name="firstBlock">The number of blocks in the stages before.</param>
    /// <param name="wholeBatch">Whether stochastic depth leaves out a branch for all images of a step together.</param>
    public static BlockCall Stage(TensorType input, EfficientNetStage stage, double squeezeRatio, int firstBlock, bool wholeBatch)
    {
        bool changesShape = stage.Stride > 1 || input[1].Value != stage.Width;
        string kind = stage.Expansion == 1 ? "Separable" : "";
        var call = new CallBuilder(changesShape
            ? new($"{kind}Stage", "Blocks of one width, of which the first changes the shape.")
            : new($"{kind}ResidualStage", "Blocks of one width and resolution."));
        Size inChannels = changesShape ? call.Argument("inChannels", input[1], "Channels that come in.") : 0;
        Size channels = call.Argument("channels", stage.Width, "Channels of every block.");
        Size depth = call.Argument("depth", stage.Depth, "Number of blocks.");
        Size kernel = call.Argument("kernelSize", stage.Kernel, "Height and width of the depthwise kernels.");
        Size stride = changesShape ? call.Argument("stride", stage.Stride, "Step of the first block.") : 1;
        Size firstSqueeze = changesShape ? Squeeze(call, "firstSqueezeChannels", input[1].Value, stage, squeezeRatio, "Channels inside the first block's squeeze-and-excitation.") : 0;
        Size squeeze = Squeeze(call, "squeezeChannels", stage.Width, stage, squeezeRatio, "Channels inside squeeze-and-excitation.");
        string rate = call.Fraction("dropPath", ConvolutionBlocks.DropPathOf(changesShape ? firstBlock + 1 : firstBlock), "Stochastic depth of the first block that adds to what it takes.");
        string step = call.Fraction("dropPathStep", "dropPathStep", "How much it rises from block to block.");

        Value x = call.Block.Input("x", input.Named((changesShape ? inChannels : channels).Text, Height, Width));
        if (changesShape) x = call.Block.AddMember("x", "0", Bottleneck(x.Type, channels, stage.Expansion, kernel, stride, firstSqueeze, null), x);
        BlockCall residual = Bottleneck(x.Type, channels, stage.Expansion, kernel, 1, squeeze, new($"{rate} + (i * {step})", wholeBatch));
        return call.Build(call.Block.Add("x", changesShape ? RepeatedBlock.Of("Blocks", residual, depth - 1, "", 1) : RepeatedBlock.Of("Blocks", residual, depth, "", 0), x));
    }

    /// <summary>
    /// A depthwise convolution between two that mix channels, or before one where nothing is expanded; where there is a rate of
    /// stochastic depth, added to what came in (Sandler et al., arXiv 1801.04381).
    /// </summary>
    private static BlockCall Bottleneck(TensorType input, Size outChannels, long expansion, Size kernel, Size stride, Size squeezeChannels, DropPath? dropPath)
    {
        bool expands = expansion > 1;
        string what = expands ? "A depthwise convolution of more channels than come in and go out" : "A depthwise convolution, and one that mixes the channels";
        var call = new CallBuilder(dropPath is null
            ? new(expands ? "InvertedBottleneck" : "SeparableConvolution", $"{what}.")
            : new(expands ? "InvertedResidual" : "SeparableResidual", $"{what}, added to what came in."));
        Size inChannels = call.Argument(dropPath is null ? "inChannels" : "channels", input[1], dropPath is null ? "Channels that come in." : "Channels that come in and go out.");
        Size hidden = expands ? call.Argument("hiddenChannels", input[1] * expansion, "Channels of the depthwise convolution.") : inChannels;
        Size channels = dropPath is null ? call.Argument("outChannels", outChannels, "Channels that go out.") : inChannels;
        Size kernelSize = call.Argument("kernelSize", kernel, "Height and width of the depthwise kernels.");
        Size step = dropPath is null ? call.Argument("stride", stride, "Step of the depthwise convolution.") : 1;
        Size squeeze = squeezeChannels.Value > 0 ? call.Argument("squeezeChannels", squeezeChannels, "Channels inside squeeze-and-excitation.") : 0;
        DropPath? drop = dropPath is null ? null : dropPath with { Rate = call.Fraction("dropPath", dropPath.Rate, "Probability to leave out the branch while training.") };

        BlockBuilder block = call.Block;
        Value x = block.Input("x", input.Named(inChannels.Text, Height, Width));
        Value y = expands ? ConvNorm(block, "y", "conv_pw", "bn1", x, hidden, kernel: 1, stride: 1) : x;
        y = ConvNorm(block, "y", "conv_dw", expands ? "bn2" : "bn1", y, hidden, kernelSize, step, depthwise: true);
        if (squeeze.Value > 0) y = block.AddMember("y", "se", ConvolutionBlocks.SqueezeExcitation(y.Type, squeeze, "conv_reduce", "conv_expand", new Silu()), y);
        y = expands
            ? ConvNorm(block, "y", "conv_pwl", "bn3", y, channels, kernel: 1, stride: 1, activation: false)
            : ConvNorm(block, "y", "conv_pw", "bn2", y, channels, kernel: 1, stride: 1, activation: false);
        if (drop is null) return call.Build(y);
        y = block.AddMember("y", "drop_path", drop, y);
        return call.Build(block.Add("y", new Add(), y, x));
    }

    // timm takes the ratio of what is expanded, so that it comes out as one of what comes in; it rounds half to even, as Math.Round does.
    private static Size Squeeze(CallBuilder call, string name, long channels, EfficientNetStage stage, double ratio, string summary) =>
        ratio > 0 ? call.Argument(name, Math.Max(1, (long)Math.Round(channels * stage.Expansion * (ratio / stage.Expansion))), summary) : 0;

    /// <summary>Builds a block together with what its caller gives for each of its arguments.</summary>
    private sealed class CallBuilder(BlockBuilder block)
    {
        private readonly List<string> _given = [];

        public BlockBuilder Block => block;

        public Size Argument(string name, Size value, string summary)
        {
            _given.Add(value.Text);
            return block.Argument(name, value, summary);
        }

        public string Fraction(string name, string value, string summary)
        {
            _given.Add(value);
            return block.Fraction(name, summary);
        }

        public BlockCall Build(Value output) => new(block.Build(output), [.. _given]);
    }
}
