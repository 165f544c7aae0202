using Deit.Models;
using Deit.Modules;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Modules;

public sealed class DropPathTests
{
    private const int Samples = 20_000;

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_sample_is_dropped_whole_or_scaled_whole(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using var dropPath = new DropPath(0.2);
        dropPath.train();

        Tensor output = dropPath.call(ones([Samples, 3, 2], device: device));

        Tensor first = output.slice(1, 0, 1, 1).slice(2, 0, 1, 1);
        Assert.True(output.eq(first).all().item<bool>());
        Assert.True(first.eq(0).logical_or(first.sub(1.25).abs().lt(1e-6)).all().item<bool>());
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Samples_are_dropped_at_the_rate_and_the_expectation_stays(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using var dropPath = new DropPath(0.2);
        dropPath.train();

        Tensor output = dropPath.call(ones([Samples, 1], device: device));

        // Six standard deviations of a binomial share, and of the mean of values 0 and 1.25.
        double deviation = Math.Sqrt(0.2 * 0.8 / Samples);
        Assert.Equal(0.2, output.eq(0).to(ScalarType.Float64).mean().item<double>(), 6 * deviation);
        Assert.Equal(1, output.Values().Average(), 6 * 1.25 * deviation);
    }

    [Theory]
    [InlineData(0.3, false)]
    [InlineData(0, true)]
    [InlineData(0, false)]
    public void In_evaluation_and_at_rate_zero_nothing_changes(double rate, bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        using var dropPath = new DropPath(rate);
        dropPath.train(training);
        Tensor input = tensor(HashFill.Uniform("drop_path", 600), device: CPU).reshape(100, 2, 3);

        Assert.Equal(input.Values(), dropPath.call(input).Values());
    }

    [Fact]
    public void The_gradient_passes_where_the_sample_passed()
    {
        using DisposeScope scope = NewDisposeScope();
        using var dropPath = new DropPath(0.5);
        dropPath.train();
        Tensor input = ones([64, 2], device: CPU).requires_grad_();

        Tensor output = dropPath.call(input);
        output.sum().backward();

        Assert.Equal(output.Values(), input.grad!.Values());
    }

    [Fact]
    public void It_has_a_rate_and_no_parameters()
    {
        using var dropPath = new DropPath(0.3);

        Assert.Equal(0.3, dropPath.Rate);
        Assert.Empty(dropPath.state_dict());
    }

    [Fact]
    public void Rates_rise_linearly_as_in_the_reference()
    {
        var reference = ReferenceFile.Read("recipe/misc.json").GetProperty("drop_path_rates");
        using var model = new DeitTinyPatch16_224(new ModelOptions { DropPath = reference.GetProperty("drop_path").GetDouble() });

        Tensors.AssertClose(reference.GetProperty("rates").Doubles(), [.. model.Blocks.Select(static block => block.DropPath1.Rate)], 1e-7);
        Assert.All(model.Blocks, static block => Assert.Equal(block.DropPath1.Rate, block.DropPath2.Rate));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_rate_that_drops_all_or_less_than_nothing_is_refused(double rate) =>
        Assert.Contains("Drop path rate", Assert.Throws<DeitException>(() => new DropPath(rate)).Message, StringComparison.Ordinal);

    [Fact]
    public void It_leaves_nothing_but_its_output()
    {
        using var dropPath = new DropPath(0.5);
        dropPath.train();
        using Tensor input = ones([4, 2], device: CPU);

        Assert.Equal(0, Tensors.LeftBehind(() => dropPath.call(input).Dispose()));
    }
}
