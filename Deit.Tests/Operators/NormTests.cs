using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class NormTests
{
    private const double Epsilon = 1e-6;

    public static TheoryData<string, ScalarType, int[]> LayerNorms => Shaped.With([1, 17], [2, 8], [31, 96], [197, 33], [1000, 24], [600, 192]);

    public static TheoryData<string, ScalarType, int[]> BatchNorms => Shaped.With([2, 1], [5, 3], [64, 8], [31, 96], [197, 33], [5000, 24]);

    [SkippableTheory]
    [MemberData(nameof(LayerNorms))]
    public void Layer_norm_and_its_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int rows, int columns) = (sizes[0], sizes[1]);
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", rows, columns), weight = space.Leaf("weight", columns), bias = space.Leaf("bias", columns), shift = space.Leaf("shift", columns);
        Tensor dy = space.Leaf("dy", rows, columns), past = space.Leaf("past", rows, columns);
        Tensor y = nn.functional.layer_norm(x, [columns], weight, bias, Epsilon);
        Tensor[] gradients = [.. autograd.grad([y], [x, weight, bias], [dy])];
        Matrix input = space.Of(x), output = space.New(rows, columns), mean = space.New(rows, 1), deviation = space.New(rows, 1), shifted = space.New(rows, columns);
        Matrix again = space.New(rows, columns), made = space.New(rows, columns), alone = space.New(rows, columns), normalized = space.Of(x);
        Matrix dx = space.Of(dy), ontoPast = space.Of(past), dWeight = space.New(1, columns), dBias = space.New(1, columns), columnSum = space.New(1, columns);

        Fused.LayerNorm(input, space.Row(weight), space.Row(bias), Epsilon, output, mean, deviation, space.Row(shift), shifted);
        Fused.LayerNorm(input, space.Row(weight), space.Row(bias), Epsilon, again, mean, deviation);
        Fused.LayerNorm(input, space.Row(weight), space.Row(bias), Epsilon, alone);
        Fused.Normalize(normalized, Epsilon, normalized);
        Fused.LayerNormBackward(dx, input, mean, deviation, space.Row(weight), dx, dWeight, dBias);
        Fused.LayerNormBackward(space.Of(dy), input, mean, deviation, space.Row(weight), ontoPast, dWeight, dBias, residual: ontoPast, columnSum: columnSum, bias: space.Row(bias), y: made);

        space.Holds(y, output, "y");
        space.Holds(y, again, "y without shift");
        Assert.True(output.Tensor.equal(made.Tensor).all().item<bool>(), "y made again by the gradient's kernel");
        space.Holds(y, alone, "y alone");
        space.Holds(nn.functional.layer_norm(x, [columns], eps: Epsilon), normalized, "normalized in its place");
        space.Holds(x + shift, shifted, "shifted");
        space.Holds(gradients[0], dx, "dx");
        space.Holds(gradients[0] + past, ontoPast, "dx with residual");
        space.Holds((gradients[0] + past).sum([0]), columnSum, "columnSum");
        space.Holds(gradients[1], dWeight, "dWeight");
        space.Holds(gradients[2], dBias, "dBias");
    }

    [Fact]
    public void Layer_norm_takes_a_shift_and_its_place_together()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);

        Assert.Throws<ArgumentException>(() => Fused.LayerNorm(
            space.New(2, 4), space.New(1, 4), space.New(1, 4), Epsilon, space.New(2, 4), space.New(2, 1), space.New(2, 1), shift: space.New(1, 4)));
    }

    [SkippableTheory]
    [MemberData(nameof(BatchNorms))]
    public void Batch_norm_and_its_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            (int rows, int columns) = (sizes[0], sizes[1]);
            using var space = new Workspace(device, type);
            Tensor x = space.Leaf("x", rows, columns), weight = space.Leaf("weight", columns), bias = space.Leaf("bias", columns), dy = space.Leaf("dy", rows, columns);
            Tensor runningMean = space.Leaf("running mean", columns).detach(), runningVariance = space.Leaf("running variance", columns).detach();
            Matrix input = space.Of(x), output = space.New(rows, columns), again = space.New(rows, columns), mean = space.New(1, columns), deviation = space.New(1, columns);
            Matrix movedMean = space.Row(runningMean), movedVariance = space.Row(runningVariance), dx = space.Of(dy), dWeight = space.New(1, columns), dBias = space.New(1, columns);
            Tensor y = Oracle.Activated(nn.functional.batch_norm(x, runningMean, runningVariance, weight, bias, training: true), activation);
            Tensor[] gradients = [.. autograd.grad([y], [x, weight, bias], [dy])];
            using var count = new Matrix(tensor(41L, device: Support.Devices.Require(device)), 0, 1, 1);

            Fused.BatchNorm(input, space.Row(weight), space.Row(bias), movedMean, movedVariance, count, output, mean, deviation, activation: activation);
            Fused.BatchNormAgain(input, space.Row(weight), space.Row(bias), again, mean, deviation, activation: activation);
            Fused.BatchNormBackward(dx, input, mean, deviation, space.Row(weight), space.Row(bias), dx, dWeight, dBias, activation);

            space.Holds(y, output, "y");
            Assert.True(output.Tensor.equal(again.Tensor).all().item<bool>(), "y made again");
            space.Holds(runningMean, movedMean, "running mean");
            space.Holds(runningVariance, movedVariance, "running variance");
            Assert.Equal(42, count.Tensor.item<long>());

            // With two rows the gradient of the input is what is left of two equal numbers: rounding is that of the numbers.
            double numbers = (dy.abs().max() * weight.abs().max()).item<double>() * deviation.Tensor.max().to(ScalarType.Float64).item<double>();
            double left = Math.Max(gradients[0].abs().max().item<double>(), 1e-3);
            space.Holds(gradients[0], dx, rows == 2 ? space.Tolerance * Math.Max(1, numbers / left) : space.Tolerance, "dx");
            space.Holds(gradients[1], dWeight, "dWeight");
            space.Holds(gradients[2], dBias, "dBias");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Workspace.Kinds), MemberType = typeof(Workspace))]
    public void Batch_norm_adds_a_residual_before_the_activation(string device, ScalarType type)
    {
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", 37, 19), weight = space.Leaf("weight", 19), bias = space.Leaf("bias", 19), shortcut = space.Leaf("shortcut", 37, 19);
        Matrix output = space.Of(shortcut);
        using var count = new Matrix(tensor(0L, device: Support.Devices.Require(device)), 0, 1, 1);

        Fused.BatchNorm(
            space.Of(x), space.Row(weight), space.Row(bias), space.Of(zeros(1, 19, device: CPU)), space.Of(ones(1, 19, device: CPU)), count, output,
            space.New(1, 19), space.New(1, 19), residual: output, activation: Activation.Relu);

        space.Holds((nn.functional.batch_norm(x, zeros(19, device: CPU).to(x.dtype), ones(19, device: CPU).to(x.dtype), weight, bias, training: true) + shortcut).relu(), output);
    }

    [Fact]
    public void Batch_norm_of_a_large_mean_keeps_its_digits()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Tensor x = (space.Leaf("x", 3000, 9) + 100).to(ScalarType.Float32).to(ScalarType.Float64);
        Matrix deviation = space.New(1, 9);
        using var count = new Matrix(tensor(0L, device: CPU), 0, 1, 1);

        Fused.BatchNorm(
            space.Of(x), space.Of(ones(1, 9, device: CPU)), space.Of(zeros(1, 9, device: CPU)), space.Of(zeros(1, 9, device: CPU)), space.Of(ones(1, 9, device: CPU)),
            count, space.New(3000, 9), space.New(1, 9), deviation);

        space.Holds((x.var(0, unbiased: false) + 1e-5).rsqrt(), deviation, 1e-5);
    }

    [Fact]
    public void Batch_norm_of_a_single_row_is_refused()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        using var count = new Matrix(tensor(0L, device: CPU), 0, 1, 1);

        Assert.Throws<ArgumentException>(() => Fused.BatchNorm(
            space.New(1, 4), space.New(1, 4), space.New(1, 4), space.New(1, 4), space.New(1, 4), count, space.New(1, 4), space.New(1, 4), space.New(1, 4)));
    }
}
