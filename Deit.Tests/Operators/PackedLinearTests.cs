using Deit.Operators;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class PackedLinearTests
{
    /// <summary>Rows, columns in, columns out: tails of tiles, panels and vectors, and none.</summary>
    public static TheoryData<string, ScalarType, int[]> Cases => Shaped.With(
        [1, 1, 1], [1, 192, 1000], [2, 7, 3], [3, 8, 8], [6, 5, 16], [7, 24, 24], [11, 9, 17], [12, 32, 32], [13, 31, 33], [14, 3, 25], [15, 16, 41],
        [49, 40, 56], [197, 192, 64], [29, 100, 152], [30, 1024, 130], [5000, 24, 24], [130, 1100, 40]);

    /// <summary>Every vector width that the processor has, and none.</summary>
    internal static IEnumerable<VectorWidth> Widths => Enum.GetValues<VectorWidth>().Where(static width => width <= Panels.Widest);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_product_with_all_that_follows_it_equals_libtorchs(string device, ScalarType type, int[] sizes)
    {
        using var space = new Workspace(device, type);
        using IDisposable noGradient = no_grad();
        (int rows, int wide, int features) = (sizes[0], sizes[1], sizes[2]);
        Tensor x = space.Leaf("x", rows, wide), weight = space.Leaf("weight", features, wide), bias = space.Leaf("bias", features), shortcut = space.Leaf("shortcut", rows, features);
        Matrix input = space.Of(x), residual = space.Of(shortcut);
        Tensor product = x.matmul(weight.t());
        foreach (VectorWidth width in Widths)
        {
            using var layer = new PackedLinear(space.Tensor(weight), space.Tensor(bias), width);
            using var plain = new PackedLinear(space.Tensor(weight), null, width);
            Assert.Equal((wide, features), (layer.In, layer.Out));
            foreach (Activation activation in Enum.GetValues<Activation>())
            {
                Matrix output = space.New(rows, features), withoutBias = space.New(rows, features), sum = space.New(rows, features), onto = space.Of(shortcut);
                layer.Apply(input, output, activation);
                plain.Apply(input, withoutBias, activation);
                layer.Apply(input, sum, activation, residual);
                layer.Apply(input, onto, activation, onto);

                string what = $"{width}, {activation}";
                space.Holds(Oracle.Activated(product + bias, activation), output, what);
                space.Holds(Oracle.Activated(product, activation), withoutBias, $"{what}, without bias");
                space.Holds(Oracle.Activated(product + bias + shortcut, activation), sum, $"{what}, with a residual");
                space.Holds(Oracle.Activated(product + bias + shortcut, activation), onto, $"{what}, onto the residual");
            }
        }
    }

    [Fact]
    public void What_was_packed_is_a_copy()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Tensor weight = space.Tensor(space.Leaf("weight", 9, 5)), bias = space.Tensor(space.Leaf("bias", 9)), x = space.Leaf("x", 4, 5);
        foreach (VectorWidth width in Widths)
        {
            using var layer = new PackedLinear(weight, bias, width);
            Tensor expected = nn.functional.linear(x, weight.to(ScalarType.Float64), bias.to(ScalarType.Float64));
            weight.add_(1);
            bias.add_(1);
            Matrix output = space.New(4, 9);

            layer.Apply(space.Of(x), output);

            space.Holds(expected, output);
        }
    }

    [Fact]
    public void Not_a_number_stays_that()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        foreach (VectorWidth width in Widths)
        {
            foreach (Activation activation in Enum.GetValues<Activation>())
            {
                using var layer = new PackedLinear(space.Tensor(space.Leaf("weight", 40, 5)), null, width);
                Matrix output = space.New(3, 40);
                layer.Apply(space.Of(full([3, 5], double.NaN, device: CPU)), output, activation);
                Assert.True(output.Tensor.isnan().all().item<bool>(), $"{width}, {activation}");
            }
        }
    }

    [Fact]
    public void Matrices_of_other_sizes_are_refused()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        using var layer = new PackedLinear(space.Tensor(space.Leaf("weight", 9, 5)), null);
        Assert.Throws<ArgumentException>(() => layer.Apply(space.New(4, 6), space.New(4, 9)));
        Assert.Throws<ArgumentException>(() => layer.Apply(space.New(4, 5), space.New(3, 9)));
        Assert.Throws<ArgumentException>(() => layer.Apply(space.New(4, 5), space.New(4, 9), residual: space.New(4, 8)));
    }
}
