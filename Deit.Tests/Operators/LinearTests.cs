using Deit.Operators;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class LinearTests
{
    public static TheoryData<string, ScalarType, int[]> Cases => Shaped.With([1, 1, 1], [1, 17, 3], [5, 8, 96], [33, 3, 17], [197, 96, 33],
        [512, 9, 40], [600, 33, 17], [515, 512, 100], [513, 1030, 40]);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_layer_and_its_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int rows, int width, int features) = (sizes[0], sizes[1], sizes[2]);
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", rows, width), weight = space.Leaf("weight", features, width), bias = space.Leaf("bias", features), dy = space.Leaf("dy", rows, features);
        Tensor y = nn.functional.linear(x, weight, bias);
        Tensor[] gradients = [.. autograd.grad([y], [x, weight, bias], [dy])];
        Matrix output = space.New(rows, features), plain = space.New(rows, features), onto = space.Of(dy), dx = space.New(rows, width);
        Matrix dWeight = space.New(features, width), dBias = space.New(1, features);

        Fused.Linear(space.Of(x), space.Of(weight), space.Row(bias), output);
        Fused.Linear(space.Of(x), space.Of(weight), plain);
        Fused.LinearOnto(space.Of(x), space.Of(weight), onto, onto);
        Fused.LinearInputGradient(space.Of(dy), space.Of(weight), dx);
        Fused.LinearWeightGradient(space.Of(dy), space.Of(x), dWeight);
        Fused.ColumnSum(space.Of(dy), dBias);

        space.Holds(y, output, "y");
        space.Holds(y - bias, plain, "without bias");
        space.Holds(y - bias + dy, onto, "onto");
        space.Holds(gradients[0], dx, "dx");
        space.Holds(gradients[1], dWeight, "dWeight");
        space.Holds(gradients[2], dBias, "dBias");
        if (!output.OnHost) return;
        foreach (VectorWidth vectors in PackedLinearTests.Widths.Where(static vectors => vectors != VectorWidth.None))
        {
            Matrix packed = space.Of(dy), packedDx = space.New(rows, width);
            LinearProduct.Forward(space.Of(x), space.Of(weight), space.Row(bias), packed, packed, vectors);
            LinearProduct.InputGradient(space.Of(dy), space.Of(weight), packedDx, vectors);

            space.Holds(y + dy, packed, $"packed, {vectors}");
            space.Holds(gradients[0], packedDx, $"packed dx, {vectors}");
        }
    }

    [Fact]
    public void Many_rows_are_summed_without_losing_digits()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Tensor dy = space.Leaf("dy", 100_000, 5) + 1;
        Matrix sum = space.New(1, 5);

        Fused.ColumnSum(space.Of(dy), sum);

        space.Holds(dy.sum([0]), sum, 1e-6);
    }

    [Fact]
    public void Matrices_that_do_not_fit_are_refused_by_name()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Fused.Linear(space.New(2, 3), space.New(5, 4), space.New(2, 5)));

        Assert.Equal("Linear: a 2 x 3 matrix of Float32 and a 5 x 4 matrix of Float32 do not fit together.", refusal.Message);
    }
}
