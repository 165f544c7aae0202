using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class ActivationTests
{
    [SkippableTheory]
    [MemberData(nameof(Shaped.Matrices), MemberType = typeof(Shaped))]
    public void Activations_and_their_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int rows, int columns) = (sizes[0], sizes[1]);
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", rows, columns), dy = space.Leaf("dy", rows, columns);

        FromInput(space, x, dy, nn.functional.gelu(x), Fused.Gelu, Fused.GeluBackward);
        FromInput(space, x, dy, nn.functional.silu(x), Fused.Silu, Fused.SiluBackward);
        FromOutput(space, x, dy, x.relu(), Fused.Relu, Fused.ReluBackward);
        FromOutput(space, x, dy, x.sigmoid(), Fused.Sigmoid, Fused.SigmoidBackward);
    }

    [Fact]
    public void Gelu_is_exact_to_a_ten_millionth_everywhere()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Tensor x = linspace(-14, 14, 100_001, dtype: ScalarType.Float32, device: CPU).to(ScalarType.Float64).reshape(-1, 1).requires_grad_(true);
        Tensor cdf = ((x * Math.Sqrt(0.5)).erf() + 1) / 2;
        Tensor slope = autograd.grad([x * cdf], [x], [ones_like(x, device: CPU)])[0];
        Matrix y = space.New(x.shape[0], 1), dx = space.New(x.shape[0], 1);

        Fused.Gelu(space.Of(x), y);
        Fused.GeluBackward(space.Of(x), space.Of(ones_like(x, device: CPU)), dx);

        // The absolute error of the distribution function: that of the product, divided by x.
        Tensor error = (y.Tensor.to(ScalarType.Float64) - x * cdf).abs() / x.abs().clamp_min(1);
        Assert.InRange(error.max().item<double>(), 0, 1.2e-7);
        Assert.InRange((dx.Tensor.to(ScalarType.Float64) - slope).abs().max().item<double>(), 0, 3e-7);
    }

    [Fact]
    public void Extreme_values_give_limits_and_NaN_stays()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Matrix x = space.Of(tensor(new[] { -1e30, -100, -0.0, 0, 100, 1e18, double.NaN, 1, 2 }, device: CPU).reshape(1, 9)), y = space.New(1, 9);

        Fused.Gelu(x, y);
        AssertValues(y, 0, 0, 0, 0, 100, 1e18f);
        Fused.Silu(x, y);
        AssertValues(y, 0, 0, 0, 0, 100, 1e18f);
        Fused.Sigmoid(x, y);
        AssertValues(y, 0, 0, 0.5f, 0.5f, 1, 1);
        Fused.Relu(x, y);
        AssertValues(y, 0, 0, 0, 0, 100, 1e18f);
    }

    private static void AssertValues(Matrix actual, params float[] expected)
    {
        float[] values = [.. actual.Tensor.flatten().data<float>()];
        for (int index = 0; index < expected.Length; index++) Assert.Equal(expected[index], values[index], Math.Abs(expected[index]) * 1e-6 + 1e-20);
        Assert.True(float.IsNaN(values[expected.Length]));
    }

    private static void FromInput(
        Workspace space, Tensor x, Tensor dy, Tensor y, Action<Matrix, Matrix> forward, Action<Matrix, Matrix, Matrix, Matrix?, Matrix?> backward)
    {
        Tensor gradient = autograd.grad([y], [x], [dy])[0];
        Matrix input = space.Of(x), inPlace = space.Of(x), apart = space.New(input.Rows, input.Columns);
        Matrix dx = space.Of(dy), again = space.New(input.Rows, input.Columns), sum = space.New(1, input.Columns), alone = space.New(input.Rows, input.Columns);

        forward(input, apart);
        forward(inPlace, inPlace);
        backward(input, dx, dx, again, sum);
        backward(input, space.Of(dy), alone, null, null);

        space.Holds(y, apart, "y");
        space.Holds(y, inPlace, "y in place");
        space.Holds(y, again, "y again");
        space.Holds(gradient, dx, "dx");
        space.Holds(gradient, alone, "dx alone");
        space.Holds(gradient.sum([0]), sum, "sum");
    }

    private static void FromOutput(
        Workspace space, Tensor x, Tensor dy, Tensor y, Action<Matrix, Matrix> forward, Action<Matrix, Matrix, Matrix> backward)
    {
        Tensor gradient = autograd.grad([y], [x], [dy])[0];
        Matrix output = space.Of(x), dx = space.Of(dy);

        forward(output, output);
        backward(output, dx, dx);

        space.Holds(y, output, "y");
        space.Holds(gradient, dx, "dx");
    }
}
