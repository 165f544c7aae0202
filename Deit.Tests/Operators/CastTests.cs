using Deit.Operators;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

/// <summary>Casts between element types, and products of bfloat16 matrices.</summary>
public sealed class CastTests
{
    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_cast_rounds_to_nearest_and_adds_the_bias_in_full_precision(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Tensor values = tensor(HashFill.Uniform("cast", 12), dtype: ScalarType.Float32, device: CPU).to(device);
        using var x = new Matrix(values, 0, 3, 4);
        using var half = new Matrix(empty([12], dtype: ScalarType.BFloat16, device: device), 0, 3, 4);
        using var back = new Matrix(empty([12], dtype: ScalarType.Float32, device: device), 0, 3, 4);
        using var shift = new Matrix(full([4], 1e-5, dtype: ScalarType.Float32, device: device), 0, 1, 4);

        Fused.Cast(x, half);
        Fused.Cast(half, back, shift);

        TensorAssert.Identical(x.Tensor.to(ScalarType.BFloat16), half.Tensor);
        TensorAssert.Identical(half.Tensor.to(ScalarType.Float32) + 1e-5f, back.Tensor);
        Assert.True((half.Tensor.to(ScalarType.Float32) - x.Tensor).abs().le(x.Tensor.abs() / 256).all().item<bool>());
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Products_of_bfloat16_matrices_are_rounded_once(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using Matrix x = Half("x", 40, 64, device), weight = Half("weight", 24, 64, device), y = Half("y", 40, 24, device);

        Fused.Linear(x, weight, y);

        Tensor exact = x.Tensor.to(ScalarType.Float64).matmul(weight.Tensor.to(ScalarType.Float64).t());
        Tensor roundoff = exact.abs() / 256 + (x.Tensor.abs().to(ScalarType.Float64).matmul(weight.Tensor.abs().to(ScalarType.Float64).t()) * (64 * Math.Pow(2, -24)));
        Assert.True((y.Tensor.to(ScalarType.Float64) - exact).abs().le(roundoff).all().item<bool>());
    }

    private static Matrix Half(string name, long rows, long columns, Device device) =>
        new(tensor(HashFill.Uniform(name, (int)(rows * columns)), device: CPU).to(device).to(ScalarType.BFloat16), 0, rows, columns);
}
