using System.Globalization;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;

namespace Deit.Compiler.Families;

/// <summary>Blocks of convolutions that several families use.</summary>
internal static class ConvolutionBlocks
{
    /// <summary>Convolution, batch normalisation and, where asked for, ReLU.</summary>
    /// <param name="input">The type of what comes in.</param>
    /// <param name="outChannels">Channels that go out.</param>
    /// <param name="kernel">Height and width of the kernel, odd.</param>
    /// <param name="stride">The step in both directions.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="activation">Whether ReLU follows.</param>
    /// <param name="startsAtZero">Whether the normalisation's scale starts at 0, at the end of a residual branch.</param>
    public static BlockCall ConvNorm(TensorType input, Size outChannels, Size kernel, Size stride, Size groups, bool activation = true, bool startsAtZero = false)
    {
        string name = activation ? "ConvNormActivation" : startsAtZero ? "LastConvNorm" : "ConvNorm";
        string summary = activation ? "Convolution, batch normalisation, ReLU."
            : startsAtZero ? "Convolution and batch normalisation at the end of a residual branch, whose scale starts at 0."
            : "Convolution and batch normalisation.";
        var block = new BlockBuilder(name, summary);
        Size inChannels = block.Argument("inChannels", input[1], "Channels that come in.");
        Size channels = block.Argument("outChannels", outChannels, "Channels that go out.");
        Size kernelSize = block.Argument("kernelSize", kernel, "Height and width of the kernel.");
        Size step = block.Argument("stride", stride, "Step in both directions.");
        Size parts = block.Argument("groups", groups, "Groups of channels that do not see each other.");

        Value x = block.Input("x", input.Named(inChannels.Text, "height", "width"));
        x = block.AddMember("x", "conv", new Conv2d(inChannels, channels, kernelSize, Initialization.FanOut) { Stride = step, Padding = kernelSize / 2, Groups = parts }, x);
        x = block.AddMember("x", "bn", new BatchNorm2d(channels, startsAtZero ? Initialization.ZeroScale : Initialization.Default), x);
        if (activation) x = block.Add("x", new Relu(), x);
        return new(block.Build(x), [input[1].Text, outChannels.Text, kernel.Text, stride.Text, groups.Text]);
    }

    /// <summary>Squeeze-and-excitation (Hu et al., arXiv 1709.01507): images, each channel weighed by what the whole image holds.</summary>
    /// <param name="input">The type of what comes in.</param>
    /// <param name="squeezeChannels">Channels in between.</param>
    /// <param name="reduce">The name of the convolution to them.</param>
    /// <param name="expand">The name of the convolution back.</param>
    /// <param name="activation">What stands between the two.</param>
    public static BlockCall SqueezeExcitation(TensorType input, Size squeezeChannels, string reduce, string expand, Elementwise activation)
    {
        var block = new BlockBuilder("SqueezeExcitation", "Weighs every channel by what the whole image holds (Hu et al., arXiv 1709.01507).");
        Size channels = block.Argument("channels", input[1], "Channels that come in and go out.");
        Size squeeze = block.Argument("squeezeChannels", squeezeChannels, "Channels in between.");
        Value x = block.Input("x", input.Named(channels.Text, "height", "width"));
        Value gate = block.Add("gate", new GlobalAveragePool(KeepDims: true), x);
        gate = block.AddMember("gate", reduce, new Conv2d(channels, squeeze, 1, Initialization.FanOut) { HasBias = true }, gate);
        gate = block.Add("gate", activation, gate);
        gate = block.AddMember("gate", expand, new Conv2d(squeeze, channels, 1, Initialization.FanOut) { HasBias = true }, gate);
        gate = block.Add("gate", new Sigmoid(), gate);
        return new(block.Build(block.Add("x", new Scale(), x, gate)), [input[1].Text, squeezeChannels.Text]);
    }

    /// <summary>The expression of the stochastic depth of a block, where <c>dropPathStep</c> is what it rises by from one block to the next.</summary>
    /// <param name="block">The number of blocks before it.</param>
    public static string DropPathOf(int block) => block switch
    {
        0 => "0",
        1 => "dropPathStep",
        _ => string.Format(CultureInfo.InvariantCulture, "{0} * dropPathStep", block),
    };
}
