using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Optimization;

public sealed class GradientClippingTests
{
    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_long_gradient_is_scaled_to_the_maximum_and_its_norm_returned(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Parameter[] parameters = [WithGradient([3, 0], device), WithGradient([4], device), new Parameter(zeros([2], device: device))];

        double norm = GradientClipping.ByNorm(parameters, 1);

        Assert.Equal(5, norm, 1e-6);
        Tensors.AssertClose([0.6, 0, 0.8], [.. parameters[0].grad!.Values(), .. parameters[1].grad!.Values()], 1e-6);
    }

    [Fact]
    public void A_short_gradient_is_left_as_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = WithGradient([0.3, 0.4], CPU);
        double[] before = parameter.grad!.Values();

        Assert.Equal(0.5, GradientClipping.ByNorm([parameter], 1), 1e-6);

        Assert.Equal(before, parameter.grad!.Values());
    }

    [Fact]
    public void Norm_and_gradients_equal_torch()
    {
        using DisposeScope scope = NewDisposeScope();
        double[][] gradients = [HashFill.Uniform("a", 300), HashFill.Uniform("b", 7)];
        Parameter[] ours = [.. gradients.Select(static values => WithGradient(values, CPU))];
        Parameter[] theirs = [.. gradients.Select(static values => WithGradient(values, CPU))];

        Assert.Equal(nn.utils.clip_grad_norm_(theirs, 2), GradientClipping.ByNorm(ours, 2), 1e-5);

        foreach ((Parameter our, Parameter their) in ours.Zip(theirs))
        {
            Tensors.AssertClose(their.grad!.Values(), our.grad!.Values(), 1e-6);
        }
    }

    [Fact]
    public void A_norm_that_is_not_finite_is_returned_and_nothing_scaled()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = WithGradient([double.PositiveInfinity, 1], CPU);

        Assert.Equal(double.PositiveInfinity, GradientClipping.ByNorm([parameter], 1));

        Assert.Equal([double.PositiveInfinity, 1], parameter.grad!.Values());
    }

    [Fact]
    public void Gradients_in_place_of_parameters_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Throws<ArgumentException>(() => GradientClipping.ByNorm([ones([2], device: CPU)], 1));
    }

    [Fact]
    public void A_maximum_of_zero_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Throws<DeitException>(() => GradientClipping.ByNorm([WithGradient([1], CPU)], 0));
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void By_value_every_element_is_brought_into_the_range(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = WithGradient([3, -0.5, -7], device);

        GradientClipping.ByValue([parameter, new Parameter(zeros([2], device: device))], 1);

        Assert.Equal([1, -0.5, -1], parameter.grad!.Values());
        Assert.Throws<DeitException>(() => GradientClipping.ByValue([parameter], 0));
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Adaptively_every_row_is_scaled_to_a_share_of_its_weights(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        // Rows of norm 5, of norm 5 with a short gradient, and of zeros, which count as 1e-3.
        Parameter matrix = Weighted([3, 4, 3, 4, 0, 0], [6, 8, 0.03, 0.04, 3, 4], device, 3, 2);
        Parameter kernels = Weighted([3, 4, 1, 0], [30, 40, 0.01, 0], device, 2, 1, 1, 2);
        Parameter bias = Weighted([3, 4], [0, 2], device, 2);

        GradientClipping.Adaptively([matrix, kernels, bias], 0.1);

        Tensors.AssertClose([0.3, 0.4, 0.03, 0.04, 6e-5, 8e-5], matrix.grad!.Values(), 1e-7);
        Tensors.AssertClose([0.3, 0.4, 0.01, 0], kernels.grad!.Values(), 1e-7);
        Tensors.AssertClose([0, 0.5], bias.grad!.Values(), 1e-7);
        Assert.Throws<DeitException>(() => GradientClipping.Adaptively([bias], 0));
        Assert.Equal(0, Tensors.LeftBehind(() => GradientClipping.Adaptively([matrix], 0.1)));
    }

    [Fact]
    public void Clipping_leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = WithGradient([3, 4], CPU);

        Assert.Equal(0, Tensors.LeftBehind(() => GradientClipping.ByNorm([parameter], 1)));
    }

    private static Parameter Weighted(double[] weights, double[] gradient, Device device, params long[] shape)
    {
        var parameter = new Parameter(tensor(weights, dtype: ScalarType.Float32, device: device).view(shape));
        parameter.grad = tensor(gradient, dtype: ScalarType.Float32, device: device).view(shape);
        return parameter;
    }

    private static Parameter WithGradient(double[] gradient, Device device)
    {
        var parameter = new Parameter(zeros([gradient.Length], device: device));
        using Tensor values = tensor(gradient, dtype: ScalarType.Float32, device: device);
        parameter.grad = values;
        return parameter;
    }
}
