using Deit.Operators;
using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Deit.Optimization.AdamW;

namespace Deit.Tests.Optimization;

public sealed class LayerDecayTests
{
    [Theory]
    [InlineData("deit_tiny_distilled_patch16_224", 14)]
    [InlineData("regnety_002", 15)]
    [InlineData("efficientnet_b0", 18)]
    public void Layers_are_stem_blocks_and_heads(string model, int layers)
    {
        IReadOnlyDictionary<string, int> of = LayerDecay.Layers(Names(model));

        Assert.Equal(Enumerable.Range(0, layers), of.Values.Distinct().Order());
    }

    [Theory]
    [InlineData("deit_tiny_distilled_patch16_224", "dist_token", 0)]
    [InlineData("deit_tiny_distilled_patch16_224", "patch_embed.proj.weight", 0)]
    [InlineData("deit_tiny_distilled_patch16_224", "blocks.0.attn.qkv.bias", 1)]
    [InlineData("deit_tiny_distilled_patch16_224", "blocks.11.norm1.weight", 12)]
    [InlineData("deit_tiny_distilled_patch16_224", "norm.bias", 12)]
    [InlineData("deit_tiny_distilled_patch16_224", "head_dist.weight", 13)]
    [InlineData("regnety_002", "stem.conv.weight", 0)]
    [InlineData("regnety_002", "s2.b1.conv1.conv.weight", 2)]
    [InlineData("regnety_002", "s4.b7.se.fc1.bias", 13)]
    [InlineData("regnety_002", "head.fc.weight", 14)]
    [InlineData("efficientnet_b0", "bn1.weight", 0)]
    [InlineData("efficientnet_b0", "blocks.0.0.bn1.weight", 1)]
    [InlineData("efficientnet_b0", "conv_head.weight", 16)]
    [InlineData("efficientnet_b0", "classifier.bias", 17)]
    public void A_parameter_is_in_the_layer_that_timm_puts_it_in(string model, string name, int layer) =>
        Assert.Equal(layer, LayerDecay.Layers(Names(model))[name]);

    [Fact]
    public void The_factor_is_the_decay_to_the_power_of_the_layers_that_follow()
    {
        IReadOnlyDictionary<string, double> scales = LayerDecay.Scales(["pos_embed", "blocks.0.w", "blocks.1.w", "norm.w", "head.w"], 0.5);

        Assert.Equal([0.125, 0.25, 0.5, 0.5, 1], scales.Values);
    }

    [Fact]
    public void A_model_without_blocks_and_a_decay_out_of_range_are_refused()
    {
        Assert.Contains("layer_decay needs", Assert.Throws<DeitException>(() => LayerDecay.Scales(["head.weight"], 0.5)).Message, StringComparison.Ordinal);
        Assert.Throws<DeitException>(() => LayerDecay.Scales(["blocks.0.w"], 0));
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Both_optimizers_step_by_the_scaled_rate_and_decay(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters plain = Model(device), flat = Model(device);
        using var theirs = new AdamW(WeightDecayGroups.Create(plain, 0.1, 0.5), new());
        using var parameters = new FlatParameters(WeightDecayGroups.Create(flat, 0.1, 0.5));
        using var ours = new FusedAdamW(parameters, new());
        foreach (NamedParameters model in new[] { plain, flat })
        {
            using IDisposable noGradient = no_grad();
            foreach (Parameter parameter in model.parameters())
            {
                if (parameter.grad is null) parameter.grad = ones_like(parameter, device: device);
                else parameter.grad.fill_(1);
            }
        }

        theirs.Step(0.01);
        ours.Step(0.01);

        // A first step of AdamW is of the learning rate's length: 1 - rate * 0.1 - rate.
        double[] expected = [.. new[] { 0.125, 0.25, 0.5, 1 }.Select(static scale => 1 - (0.01 * scale * 0.1) - (0.01 * scale))];
        Assert.Equal(8, parameters.Groups.Count + WeightDecayGroups.Create(plain, 0.1, 0.5).Count);
        Tensors.AssertClose(expected, [.. plain.parameters().Select(static parameter => parameter.Values()[0])], 1e-6);
        Tensors.AssertClose(expected, [.. flat.parameters().Select(static parameter => parameter.Values()[0])], 1e-6);
    }

    private static NamedParameters Model(Device device)
    {
        var model = new NamedParameters();
        foreach (string name in new[] { "patch_embed", "blocks.0.w", "blocks.1.w", "head" })
        {
            model.Add(name, ones([2, 2], device: device));
        }

        return model;
    }

    private static string[] Names(string model) =>
    [
        .. ReferenceFile.Read($"models/{model}.json").GetProperty("state_dict").EnumerateObject().Select(static entry => entry.Name)
            .Where(static name => name.Split('.')[^1] is not ("running_mean" or "running_var" or "num_batches_tracked")),
    ];
}
