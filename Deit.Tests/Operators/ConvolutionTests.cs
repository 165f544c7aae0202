using Deit.Operators;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class ConvolutionTests
{
    /// <summary>Images, channels in, channels out, height, width, kernel, stride, padding, groups.</summary>
    public static TheoryData<string, ScalarType, int[]> Cases => Shaped.With(
        [1, 3, 4, 5, 7, 3, 1, 1, 1], [2, 8, 16, 9, 6, 3, 2, 1, 1], [1, 16, 16, 8, 8, 3, 1, 1, 2], [2, 24, 24, 7, 9, 3, 2, 1, 3], [1, 1, 1, 1, 1, 3, 1, 1, 1],
        [3, 48, 48, 7, 7, 3, 1, 1, 2], [2, 24, 24, 14, 14, 3, 2, 1, 3], [2, 64, 64, 5, 7, 3, 1, 1, 64], [1, 40, 40, 8, 11, 3, 2, 1, 40], [2, 33, 33, 9, 12, 5, 1, 2, 33],
        [1, 12, 36, 9, 7, 7, 2, 3, 3], [2, 12, 8, 6, 5, 1, 2, 0, 1], [1, 16, 40, 15, 9, 1, 1, 0, 1], [3, 18, 12, 6, 5, 1, 2, 0, 2], [2, 6, 20, 8, 8, 2, 2, 0, 1],
        [1, 10, 15, 6, 9, 3, 1, 2, 5], [1, 4, 4, 6, 5, 1, 1, 1, 1], [2, 9, 9, 4, 3, 3, 1, 4, 9], [1, 32, 56, 40, 64, 3, 1, 1, 1], [2, 3, 40, 32, 48, 16, 16, 0, 1], [1, 96, 96, 3, 20, 3, 1, 1, 96],
        [2, 6, 6, 5, 5, 3, 1, 1, 6], [1, 64, 64, 12, 10, 5, 2, 2, 64], [3, 17, 17, 1, 4, 3, 1, 1, 17], [1, 8, 16, 6, 6, 3, 1, 1, 8],
        [1, 6, 9, 10, 11, 5, 3, 1, 3], [2, 4, 6, 1, 9, 3, 2, 1, 2], [1, 8, 8, 3, 2, 3, 1, 4, 1], [1, 2, 3, 2, 2, 3, 3, 2, 1], [5, 3, 32, 33, 30, 3, 2, 1, 1]);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_convolution_and_its_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        using var space = new Workspace(device, type);
        var (images, wide, features, kernel) = (sizes[0], sizes[1], sizes[2], sizes[5]);
        var geometry = new ConvolutionGeometry(sizes[3], sizes[4], kernel, sizes[6], sizes[7], sizes[8]);
        Tensor x = space.Leaf("x", images, wide, geometry.Height, geometry.Width), weight = space.Leaf("weight", features, wide / geometry.Groups, kernel, kernel), bias = space.Leaf("bias", features);
        Tensor y = nn.functional.conv2d(x, weight, bias, strides: [geometry.Stride, geometry.Stride], padding: [geometry.Padding, geometry.Padding], groups: geometry.Groups);
        Tensor dy = space.Leaf("dy", y.shape);
        Tensor[] gradients = [.. autograd.grad([y], [x, weight], [dy])];
        Matrix Pixels(Tensor values) => space.Of(values.permute(0, 2, 3, 1), images * values.shape[2] * values.shape[3], values.shape[1]);
        Matrix Kernels() => space.Of(weight, features, wide / geometry.Groups * kernel * kernel);
        Matrix Output() => space.New(images * geometry.OutputPixels, features);
        Matrix output = Output(), plain = Output(), ofImages = Output(), plainOfImages = Output(), dx = space.New(images * geometry.Pixels, wide);
        Matrix dWeight = space.New(features, Kernels().Columns), alone = space.New(features, dWeight.Columns), dWeightOfImages = space.New(features, dWeight.Columns);
        Tensor input = x.detach().to(type).to(Support.Devices.Require(device));

        Fused.Convolution(Pixels(x), Kernels(), space.Row(bias), geometry, output);
        Fused.Convolution(Pixels(x), Kernels(), geometry, plain);
        Fused.ConvolutionImages(input, Kernels(), space.Row(bias), geometry, ofImages);
        Fused.ConvolutionImages(input, Kernels(), geometry, plainOfImages);
        Fused.ConvolutionBackward(Pixels(dy), Pixels(x), Kernels(), geometry, dx, dWeight);
        Fused.ConvolutionWeightGradient(Pixels(dy), Pixels(x), Kernels(), geometry, alone);
        Fused.ConvolutionImagesWeightGradient(Pixels(dy), input, Kernels(), geometry, dWeightOfImages);

        Tensor expected = y.permute(0, 2, 3, 1);
        space.Holds(expected, output, "y");
        space.Holds(expected - bias, plain, "without bias");
        space.Holds(expected, ofImages, "of images");
        space.Holds(expected - bias, plainOfImages, "of images without bias");
        space.Holds(gradients[0].permute(0, 2, 3, 1), dx, "dx");
        space.Holds(gradients[1], dWeight, "dWeight");
        space.Holds(gradients[1], alone, "dWeight alone");
        space.Holds(gradients[1], dWeightOfImages, "dWeight of images");
        if (!output.OnHost || !DirectConvolution.Is(output, geometry)) return;
        Matrix planes = space.Of(x, images, wide * geometry.Pixels);
        foreach (VectorWidth width in PackedLinearTests.Widths.Where(static width => width != VectorWidth.None))
        {
            Matrix direct = Output(), directOfPlanes = Output(), directDx = space.New(dx.Rows, wide), directDWeight = space.New(features, dWeight.Columns), ofPlanes = space.New(features, dWeight.Columns);
            DirectConvolution.Pixels(Pixels(x), Kernels(), space.Row(bias), geometry, direct, width);
            DirectConvolution.Planes(planes, Kernels(), space.Row(bias), geometry, directOfPlanes, width);
            DirectConvolution.InputGradient(Pixels(dy), Kernels(), geometry, directDx, width);
            DirectConvolution.WeightGradient(Pixels(dy), Pixels(x), isOfPlanes: false, geometry, directDWeight, width);
            DirectConvolution.WeightGradient(Pixels(dy), planes, isOfPlanes: true, geometry, ofPlanes, width);

            space.Holds(expected, direct, $"y, {width}");
            space.Holds(expected, directOfPlanes, $"y of planes, {width}");
            space.Holds(gradients[0].permute(0, 2, 3, 1), directDx, $"dx, {width}");
            space.Holds(gradients[1], directDWeight, $"dWeight, {width}");
            space.Holds(gradients[1], ofPlanes, $"dWeight of planes, {width}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Workspace.Kinds), MemberType = typeof(Workspace))]
    public void Patches_with_the_weight_of_a_convolution_are_its_input(string device, ScalarType type)
    {
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", 2, 3, 12, 8), weight = space.Leaf("weight", 5, 3, 4, 4);
        Matrix patches = space.New(2 * 6, 48), y = space.New(2 * 6, 5);
        Tensor images = x.detach().to(type).to(Support.Devices.Require(device));

        Fused.Patches(images, 4, patches);
        Fused.Linear(patches, space.Of(weight, 5, 48), y);

        space.Holds(nn.functional.conv2d(x, weight, strides: [4, 4]).permute(0, 2, 3, 1), y);
    }

    [SkippableTheory]
    [MemberData(nameof(Workspace.Kinds), MemberType = typeof(Workspace))]
    public void Patches_take_images_of_any_type_and_order(string device, ScalarType type)
    {
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", 2, 9, 11, 3).detach();
        Matrix patches = space.New(2 * 4, 48), expected = space.New(2 * 4, 48);

        Fused.Patches(x.permute(0, 3, 1, 2).to(type), 4, patches);
        Fused.Patches(x.permute(0, 3, 1, 2).contiguous(), 4, expected);

        space.Holds(expected.Tensor.cpu().to(ScalarType.Float64), patches);
    }

    [SkippableTheory]
    [MemberData(nameof(Workspace.Kinds), MemberType = typeof(Workspace))]
    public void Taking_pixels_and_its_gradient_equal_autograds(string device, ScalarType type)
    {
        foreach ((int height, int width, int stride) in ((int, int, int)[])[(1, 1, 2), (6, 8, 2), (7, 5, 2), (9, 7, 3)])
        {
            using var space = new Workspace(device, type);
            Tensor x = space.Leaf("x", 2, height, width, 5);
            Tensor taken = x.slice(1, 0, height, stride).slice(2, 0, width, stride);
            Tensor dy = space.Leaf("dy", taken.shape);
            long rows = dy.NumberOfElements / 5;
            Matrix y = space.New(rows, 5), dx = space.New(2 * height * width, 5);

            Fused.TakePixels(space.Of(x, dx.Rows, 5), height, width, stride, y);
            Fused.TakePixelsBackward(space.Of(dy, rows, 5), height, width, stride, dx);

            space.Holds(taken, y, "taken");
            space.Holds(autograd.grad([taken], [x], [dy])[0], dx, "dx");
        }
    }
}
