using Deit.Modules;
using Deit.Tests.Support;
using Deit.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Modules;

[Collection(GlobalGenerator.Name)]
public sealed class SeededDropoutTests
{
    private const int Elements = 60_000;

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Elements_are_dropped_at_the_rate_and_the_expectation_stays(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = manual_seed(3);
        using var dropout = new SeededDropout(0.2);
        dropout.train();

        double[] output = dropout.call(ones([Elements / 6, 3, 2], device: device)).Values();

        // Six standard deviations of a binomial share, and of the mean of values 0 and 1.25.
        double deviation = Math.Sqrt(0.2 * 0.8 / Elements);
        Assert.All(output, static value => Assert.True(value == 0 || Math.Abs(value - 1.25) < 1e-6));
        Assert.Equal(0.2, output.Count(static value => value == 0) / (double)Elements, 6 * deviation);
        Assert.Equal(1, output.Average(), 6 * 1.25 * deviation);
    }

    [Theory]
    [InlineData(0.3, false)]
    [InlineData(0, true)]
    [InlineData(0, false)]
    public void In_evaluation_and_at_rate_zero_nothing_changes_and_nothing_is_drawn(double rate, bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        using var dropout = new SeededDropout(rate);
        dropout.train(training);
        Tensor input = tensor(HashFill.Uniform("dropout", 600), device: CPU).reshape(100, 2, 3);
        Tensor state = get_rng_state();

        Assert.Equal(input.Values(), dropout.call(input).Values());
        TensorAssert.Identical(state, get_rng_state());
    }

    [Fact]
    public void The_gradient_passes_where_the_element_passed()
    {
        using DisposeScope scope = NewDisposeScope();
        using var dropout = new SeededDropout(0.5);
        dropout.train();
        Tensor input = ones([64, 8], device: CPU).requires_grad_();

        Tensor output = dropout.call(input);
        output.sum().backward();

        Assert.Equal(output.Values(), input.grad!.Values());
    }

    [Fact]
    public void From_one_state_of_the_generator_the_mask_is_one_and_the_next_is_another()
    {
        using DisposeScope scope = NewDisposeScope();
        using var dropout = new SeededDropout(0.5);
        dropout.train();
        Tensor input = ones([16, 16], device: CPU);
        double[][] drawn = [.. new[] { 5, 5, 6 }.Select(seed =>
        {
            using Generator generator = manual_seed(seed);
            return dropout.call(input).Values();
        })];

        Assert.Equal(drawn[0], drawn[1]);
        Assert.NotEqual(drawn[0], drawn[2]);
        Assert.NotEqual(drawn[2], dropout.call(input).Values());
    }

    [Fact]
    public void Feature_maps_are_dropped_as_they_lie_with_channels_last()
    {
        using DisposeScope scope = NewDisposeScope();
        using var dropout = new SeededDropout(0.5);
        dropout.train();
        Tensor maps = ones([3, 4, 5, 2], device: CPU);

        using (manual_seed(9)) { }
        Tensor ofMaps = dropout.call(maps);
        using (manual_seed(9)) { }
        Tensor ofRows = dropout.call(maps.permute(0, 2, 3, 1).reshape(3, 10, 4));

        Assert.Equal(ofRows.Values(), ofMaps.permute(0, 2, 3, 1).contiguous().Values());
    }

    [Fact]
    public void It_has_a_rate_and_no_parameters()
    {
        using var dropout = new SeededDropout(0.3);

        Assert.Equal(0.3, dropout.Rate);
        Assert.Empty(dropout.state_dict());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_rate_that_drops_all_or_less_than_nothing_is_refused(double rate) =>
        Assert.Contains("Dropout rate", Assert.Throws<DeitException>(() => new SeededDropout(rate)).Message, StringComparison.Ordinal);

    [Fact]
    public void It_leaves_nothing_but_its_output()
    {
        using var dropout = new SeededDropout(0.5);
        dropout.train();
        using Tensor input = ones([4, 2], device: CPU);

        Assert.Equal(0, Tensors.LeftBehind(() => dropout.call(input).Dispose()));
    }
}
