using Deit.Operators;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class PackedConvolutionTests
{
    [SkippableTheory]
    [MemberData(nameof(ConvolutionTests.Cases), MemberType = typeof(ConvolutionTests))]
    public void A_convolution_with_all_that_follows_it_equals_libtorchs(string device, ScalarType type, int[] sizes)
    {
        using var space = new Workspace(device, type);
        using IDisposable noGradient = no_grad();
        (int images, int wide, int features, int kernel) = (sizes[0], sizes[1], sizes[2], sizes[5]);
        var geometry = new ConvolutionGeometry(sizes[3], sizes[4], kernel, sizes[6], sizes[7], sizes[8]);
        Tensor x = space.Leaf("x", images, wide, geometry.Height, geometry.Width), weight = space.Leaf("weight", features, wide / geometry.Groups, kernel, kernel);
        Tensor bias = space.Leaf("bias", features), shortcut = space.Leaf("shortcut", images * geometry.OutputPixels, features);
        Tensor sum = nn.functional.conv2d(
            x, weight, strides: [geometry.Stride, geometry.Stride], padding: [geometry.Padding, geometry.Padding], groups: geometry.Groups);
        sum = sum.permute(0, 2, 3, 1).reshape(images * geometry.OutputPixels, features);
        Matrix input = space.Of(x.permute(0, 2, 3, 1), images * geometry.Pixels, wide), residual = space.Of(shortcut);
        Matrix New() => space.New(residual.Rows, features);
        foreach (VectorWidth width in PackedLinearTests.Widths)
        {
            using var layer = new PackedConvolution(space.Tensor(weight), space.Tensor(bias), geometry, width);
            using var plain = new PackedConvolution(space.Tensor(weight), null, geometry, width);
            Assert.Equal((wide, features), (layer.In, layer.Out));
            foreach (Activation activation in Enum.GetValues<Activation>())
            {
                Matrix output = New(), withoutBias = New(), added = New(), onto = space.Of(shortcut), ofImages = New();
                layer.Apply(input, output, activation);
                plain.Apply(input, withoutBias, activation);
                layer.Apply(input, added, activation, residual);
                layer.Apply(input, onto, activation, onto);
                layer.Apply(space.Tensor(x), ofImages, activation);

                string what = $"{width}, {activation}";
                space.Holds(Oracle.Activated(sum + bias, activation), output, what);
                space.Holds(Oracle.Activated(sum, activation), withoutBias, $"{what}, without bias");
                space.Holds(Oracle.Activated(sum + bias + shortcut, activation), added, $"{what}, with a residual");
                space.Holds(Oracle.Activated(sum + bias + shortcut, activation), onto, $"{what}, onto the residual");
                space.Holds(Oracle.Activated(sum + bias, activation), ofImages, $"{what}, of images");
            }
        }
    }

    [Fact]
    public void Images_of_another_type_or_layout_are_converted()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Tensor x = space.Leaf("x", 2, 3, 8, 6), weight = space.Leaf("weight", 8, 3, 3, 3);
        using var layer = new PackedConvolution(space.Tensor(weight), null, new(8, 6, 3, 2, 1, 1));
        Matrix ofDoubles = space.New(2 * 4 * 3, 8), ofOtherLayout = space.New(2 * 4 * 3, 8);

        layer.Apply(x.detach(), ofDoubles);
        layer.Apply(space.Tensor(x).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), ofOtherLayout);

        Tensor expected = nn.functional.conv2d(x, weight, strides: [2, 2], padding: [1, 1]).permute(0, 2, 3, 1);
        space.Holds(expected, ofDoubles);
        space.Holds(expected, ofOtherLayout);
    }

    [Fact]
    public void Inputs_of_other_sizes_are_refused()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        using var layer = new PackedConvolution(space.Tensor(space.Leaf("weight", 8, 3, 3, 3)), null, new(8, 6, 3, 2, 1, 1));
        Assert.Throws<ArgumentException>(() => layer.Apply(space.New(48, 4), space.New(12, 8)));
        Assert.Throws<ArgumentException>(() => layer.Apply(space.New(47, 3), space.New(12, 8)));
        Assert.Throws<ArgumentException>(() => layer.Apply(space.New(48, 3), space.New(13, 8)));
        Assert.Throws<ArgumentException>(() => layer.Apply(space.New(48, 3), space.New(12, 8), residual: space.New(12, 9)));
        Assert.Throws<ArgumentException>(() => layer.Apply(zeros(1, 3, 8, 7, device: CPU), space.New(12, 8)));
    }
}
