using Deit.Modules;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Modules;

public sealed class InitializationTests
{
    private const int Count = 200_000;

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_narrow_truncated_normal_is_the_normal_distribution(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using Tensor values = empty([Count], device: device);

        Initialization.TruncatedNormal(values, 0.02);

        AssertNormal(values.Values(), 0.02);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_wide_truncated_normal_ends_at_two_and_has_the_variance_of_its_law(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using Tensor tensor = empty([Count], device: device);

        Initialization.TruncatedNormal(tensor, 1);

        // Var = 1 - 2 * c * phi(c) / (2 * Phi(c) - 1) at c = 2.
        const double variance = 0.77374131;
        double[] values = tensor.Values();
        Assert.InRange(values.Max(Math.Abs), 1.99, 2);
        Assert.Equal(0, values.Average(), 6 * Math.Sqrt(variance / Count));
        Assert.Equal(variance, values.Average(static value => value * value), 0.01);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void The_fan_out_counts_kernel_and_output_channels_of_one_group(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using Tensor weight = empty([512, 16, 3, 5], device: device);

        Initialization.FanOutNormal(weight, groups: 4);

        AssertNormal(weight.Values(), Math.Sqrt(2.0 / (3 * 5 * 512 / 4)));
    }

    [Fact]
    public void A_normal_has_the_deviation_asked_for()
    {
        using Tensor values = empty([Count], device: CPU);

        Initialization.Normal(values, 0.5);

        AssertNormal(values.Values(), 0.5);
    }

    [Fact]
    public void A_parameter_is_filled_in_place_outside_autograd()
    {
        using var parameter = new Parameter(full([2, 2, 1, 1], 7f, device: CPU));

        Initialization.Zero(parameter);
        Assert.All(parameter.Values(), static value => Assert.Equal(0, value));
        Initialization.One(parameter);
        Assert.All(parameter.Values(), static value => Assert.Equal(1, value));
        Initialization.TruncatedNormal(parameter, 1);
        Initialization.FanOutNormal(parameter, 1);

        Assert.True(parameter.requires_grad);
        Assert.True(parameter.is_leaf);
    }

    [Fact]
    public void Filling_leaves_no_tensor_behind()
    {
        using Tensor values = empty([1000], device: CPU);

        Assert.Equal(0, Tensors.LeftBehind(() => Initialization.TruncatedNormal(values, 2)));
    }

    /// <summary>Six standard errors of mean and deviation, and the share within one deviation.</summary>
    private static void AssertNormal(double[] values, double deviation)
    {
        double count = values.Length;
        Assert.Equal(0, values.Average(), 6 * deviation / Math.Sqrt(count));
        Assert.Equal(deviation, Math.Sqrt(values.Average(static value => value * value)), 6 * deviation / Math.Sqrt(2 * count));
        double within = values.Count(value => Math.Abs(value) < deviation) / count;
        Assert.Equal(0.6826895, within, 6 * Math.Sqrt(0.6826895 * 0.3173105 / count));
    }
}
