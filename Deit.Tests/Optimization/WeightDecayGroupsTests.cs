using System.Text.Json;
using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Optimization;

public sealed class WeightDecayGroupsTests
{
    [Theory]
    [InlineData("deit_tiny_patch16_224")]
    [InlineData("deit_tiny_distilled_patch16_224")]
    [InlineData("regnety_002")]
    [InlineData("efficientnet_b0")]
    public void The_parameters_without_decay_are_those_of_the_reference(string name)
    {
        using var model = new NamedParameters();
        foreach (JsonProperty entry in ReferenceFile.Read($"models/{name}.json").GetProperty("state_dict").EnumerateObject())
        {
            bool isBuffer = entry.Name.Split('.')[^1] is "running_mean" or "running_var" or "num_batches_tracked";
            if (!isBuffer)
            {
                model.Add(entry.Name, empty(entry.Value.Longs(), device: CPU));
            }
        }

        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model, 0.05);

        string[] expected = [.. ReferenceFile.Read($"training/train_{name}.json").GetProperty("no_weight_decay").EnumerateArray()
            .Select(static element => element.GetString()!).Order(StringComparer.Ordinal)];
        Assert.Equal(["no_decay", "decay"], groups.Select(static group => group.Name));
        Assert.Equal([0, 0.05], groups.Select(static group => group.WeightDecay));
        Assert.Equal(expected, groups[0].Parameters.Select(static entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.Equal(model.named_parameters().Count(), groups.Sum(static group => group.Parameters.Count));
    }

    [Fact]
    public void Frozen_parameters_are_in_no_group_and_an_empty_group_is_left_out()
    {
        using var model = new NamedParameters();
        model.Add("head.weight", empty([2, 2], device: CPU));
        model.Add("head.bias", empty([2], device: CPU), requiresGradient: false);

        ParameterGroup group = Assert.Single(WeightDecayGroups.Create(model, 0.05));

        Assert.Equal("head.weight", Assert.Single(group.Parameters).Name);
    }

    [Fact]
    public void A_matrix_decays_by_its_shape_and_not_by_a_name_that_only_ends_alike()
    {
        using var model = new NamedParameters();
        model.Add("bias", empty([2, 2], device: CPU));
        model.Add("relative_bias", empty([2, 2], device: CPU));

        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model, 0.1);

        Assert.Equal("bias", Assert.Single(groups[0].Parameters).Name);
        Assert.Equal("relative_bias", Assert.Single(groups[1].Parameters).Name);
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(double.NaN)]
    public void A_negative_decay_is_refused(double weightDecay)
    {
        using var model = new NamedParameters();

        Assert.Throws<DeitException>(() => WeightDecayGroups.Create(model, weightDecay));
    }
}
