using System.Runtime.CompilerServices;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>Convolutions, channels last.</content>
public static partial class Fused
{
    /// <summary>y = the convolution of x, plus a bias for each channel.</summary>
    /// <param name="x">Images · height · width x in.</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel, in the order of torch.</param>
    /// <param name="bias">1 x out.</param>
    /// <param name="geometry">Its sizes.</param>
    /// <param name="y">Images · pixels of the output x out.</param>
    public static void Convolution(Matrix x, Matrix weight, Matrix bias, ConvolutionGeometry geometry, Matrix y) =>
        Convolve(x, weight, bias, geometry, y);

    /// <summary>y = the convolution of x.</summary>
    /// <inheritdoc cref="Convolution(Matrix, Matrix, Matrix, ConvolutionGeometry, Matrix)"/>
    public static void Convolution(Matrix x, Matrix weight, ConvolutionGeometry geometry, Matrix y) => Convolve(x, weight, null, geometry, y);

    /// <summary>y = the convolution of images, plus a bias for each channel.</summary>
    /// <param name="x">Shape (images, in, height, width).</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel, in the order of torch.</param>
    /// <param name="bias">1 x out.</param>
    /// <param name="geometry">Its sizes.</param>
    /// <param name="y">Images · pixels of the output x out.</param>
    public static void ConvolutionImages(Tensor x, Matrix weight, Matrix bias, ConvolutionGeometry geometry, Matrix y) =>
        ConvolveImages(x, weight, bias, geometry, y);

    /// <summary>y = the convolution of images.</summary>
    /// <inheritdoc cref="ConvolutionImages(Tensor, Matrix, Matrix, ConvolutionGeometry, Matrix)"/>
    public static void ConvolutionImages(Tensor x, Matrix weight, ConvolutionGeometry geometry, Matrix y) => ConvolveImages(x, weight, null, geometry, y);

    /// <summary>The gradients of a convolution.</summary>
    /// <param name="dy">Images · pixels of the output x out.</param>
    /// <param name="x">Images · height · width x in: the input of forward.</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel.</param>
    /// <param name="geometry">Its sizes.</param>
    /// <param name="dx">As x.</param>
    /// <param name="dWeight">As weight.</param>
    public static void ConvolutionBackward(Matrix dy, Matrix x, Matrix weight, ConvolutionGeometry geometry, Matrix dx, Matrix dWeight)
    {
        CheckConvolution(x, weight, null, geometry, dy);
        Shapes.Same(x, dx);
        Shapes.Same(weight, dWeight);
        if (Depthwise.Is(x, dy, geometry))
        {
            Depthwise.Backward(dy, x, weight, geometry, dx, dWeight);
            return;
        }

        if (DirectConvolution.Is(dy, geometry))
        {
            DirectConvolution.InputGradient(dy, weight, geometry, dx, Panels.Widest);
            DirectConvolution.WeightGradient(dy, x, isOfPlanes: false, geometry, dWeight, Panels.Widest);
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] gradients = ConvolutionGradients(OutputPixels(dy, geometry), Pixels(x, geometry), Kernels(weight, geometry), geometry, ofInput: true);
        dx.Tensor.copy_(gradients[1].permute(0, 2, 3, 1).reshape(dx.Rows, dx.Columns));
        dWeight.Tensor.copy_(gradients[0].reshape(dWeight.Rows, dWeight.Columns));
    }

    /// <summary>The gradient of the weight of a convolution whose input needs none.</summary>
    /// <param name="dy">Images · pixels of the output x out.</param>
    /// <param name="x">Images · height · width x in: the input of forward.</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel.</param>
    /// <param name="geometry">Its sizes.</param>
    /// <param name="dWeight">As weight.</param>
    public static void ConvolutionWeightGradient(Matrix dy, Matrix x, Matrix weight, ConvolutionGeometry geometry, Matrix dWeight)
    {
        CheckConvolution(x, weight, null, geometry, dy);
        Shapes.Same(weight, dWeight);
        if (Depthwise.Is(x, dy, geometry))
        {
            Depthwise.WeightGradient(dy, x, geometry, dWeight);
            return;
        }

        if (DirectConvolution.Is(dy, geometry))
        {
            DirectConvolution.WeightGradient(dy, x, isOfPlanes: false, geometry, dWeight, Panels.Widest);
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] gradients = ConvolutionGradients(OutputPixels(dy, geometry), Pixels(x, geometry), Kernels(weight, geometry), geometry, ofInput: false);
        dWeight.Tensor.copy_(gradients[0].reshape(dWeight.Rows, dWeight.Columns));
    }

    /// <summary>The gradient of the weight of a convolution of images.</summary>
    /// <param name="dy">Images · pixels of the output x out.</param>
    /// <param name="x">Shape (images, in, height, width).</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel.</param>
    /// <param name="geometry">Its sizes.</param>
    /// <param name="dWeight">As weight.</param>
    public static void ConvolutionImagesWeightGradient(Matrix dy, Tensor x, Matrix weight, ConvolutionGeometry geometry, Matrix dWeight)
    {
        Shapes.Same(weight, dWeight);
        Shapes.Are(dy, ImagesShape(x)[0] * geometry.OutputPixels, weight.Rows);
        if (DirectConvolution.Is(dy, geometry) && ArePlanes(x))
        {
            using Matrix planes = PlanesOf(x);
            DirectConvolution.WeightGradient(dy, planes, isOfPlanes: true, geometry, dWeight, Panels.Widest);
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] gradients = ConvolutionGradients(OutputPixels(dy, geometry), Typed(x, weight), Kernels(weight, geometry), geometry, ofInput: false);
        dWeight.Tensor.copy_(gradients[0].reshape(dWeight.Rows, dWeight.Columns));
    }

    private static void Convolve(Matrix x, Matrix weight, Matrix? bias, ConvolutionGeometry geometry, Matrix y)
    {
        CheckConvolution(x, weight, bias, geometry, y, nameof(Convolution));
        if (DirectConvolution.Is(y, geometry) && !Depthwise.Is(x, y, geometry))
        {
            DirectConvolution.Pixels(x, weight, bias, geometry, y, Panels.Widest);
            return;
        }

        using var eager = Eager.Begin();
        Write(Convolved(Pixels(x, geometry), weight, bias, geometry), y);
    }

    private static void ConvolveImages(Tensor x, Matrix weight, Matrix? bias, ConvolutionGeometry geometry, Matrix y)
    {
        Shapes.Are(y, ImagesShape(x)[0] * geometry.OutputPixels, weight.Rows, nameof(ConvolutionImages));
        if (DirectConvolution.Is(y, geometry) && ArePlanes(x))
        {
            using Matrix planes = PlanesOf(x);
            DirectConvolution.Planes(planes, weight, bias, geometry, y, Panels.Widest);
            return;
        }

        using var eager = Eager.Begin();
        Write(Convolved(Typed(x, weight), weight, bias, geometry), y);
    }

    /// <summary>Whether images are as the loader makes them.</summary>
    private static bool ArePlanes(Tensor images) => images.is_cpu() && images.dtype == ScalarType.Float32 && images.is_contiguous();

    private static Matrix PlanesOf(Tensor images) => new(images, images.storage_offset(), images.shape[0], images.NumberOfElements / images.shape[0]);

    private static Tensor Convolved(Tensor x, Matrix weight, Matrix? bias, ConvolutionGeometry geometry) => nn.functional.conv2d(
        x, Kernels(weight, geometry), bias?.Flat, strides: Both(geometry.Stride), padding: Both(geometry.Padding), groups: geometry.Groups);

    private static void Write(Tensor channelsFirst, Matrix y) => y.Tensor.copy_(channelsFirst.permute(0, 2, 3, 1).reshape(y.Rows, y.Columns));

    /// <summary>The gradients of weight and, where it is wanted, input.</summary>
    private static Tensor[] ConvolutionGradients(Tensor dy, Tensor x, Tensor weight, ConvolutionGeometry geometry, bool ofInput)
    {
        if (!Aten.IsAvailable) return ConvolutionGradientsByAutograd(dy, x, weight, geometry, ofInput);

        Tensor?[] gradients = Aten.Dispatch(
            AtenOperator.ConvolutionBackward,
            dy, x, weight, AtenArgument.None, Both(geometry.Stride), Both(geometry.Padding), Both(1), false, Both(0), (long)geometry.Groups,
            new[] { ofInput, true, false });
        return ofInput ? [gradients[1]!, gradients[0]!] : [gradients[1]!];
    }

    /// <summary>The same where the operator cannot be called: the convolution is run again.</summary>
    private static Tensor[] ConvolutionGradientsByAutograd(Tensor dy, Tensor x, Tensor weight, ConvolutionGeometry geometry, bool ofInput)
    {
        using IDisposable gradient = enable_grad();
        Tensor input = x.detach().requires_grad_(ofInput);
        Tensor kernels = weight.detach().requires_grad_(true);
        Tensor y = nn.functional.conv2d(
            input, kernels, strides: Both(geometry.Stride), padding: Both(geometry.Padding), groups: geometry.Groups);
        return [.. autograd.grad([y], ofInput ? [kernels, input] : [kernels], [dy])];
    }

    /// <summary>The same in both directions.</summary>
    private static long[] Both(long extent) => [extent, extent];

    private static void CheckConvolution(
        Matrix x, Matrix weight, Matrix? bias, ConvolutionGeometry geometry, Matrix y, [CallerMemberName] string kernel = "")
    {
        long images = Shapes.Times(x.Rows, geometry.Pixels, kernel);
        Shapes.Times(weight.Rows, geometry.Groups, kernel);
        Shapes.Are(weight, weight.Rows, Shapes.Times(x.Columns, geometry.Groups, kernel) * geometry.Kernel * geometry.Kernel, kernel);
        Shapes.Are(y, images * geometry.OutputPixels, weight.Rows, kernel);
        if (bias is not null) Shapes.RowOf(y, bias, kernel);
    }

    /// <summary>Pixels as libtorch wants them, (images, channels, height, width): a view that it knows as channels last.</summary>
    private static Tensor Pixels(Matrix x, ConvolutionGeometry geometry) => x.Tensor.view(-1, geometry.Height, geometry.Width, x.Columns).permute(0, 3, 1, 2);

    private static Tensor OutputPixels(Matrix y, ConvolutionGeometry geometry) =>
        y.Tensor.view(-1, geometry.OutputHeight, geometry.OutputWidth, y.Columns).permute(0, 3, 1, 2);

    private static Tensor Kernels(Matrix weight, ConvolutionGeometry geometry) => weight.Tensor.view(weight.Rows, -1, geometry.Kernel, geometry.Kernel);

    private static Tensor Typed(Tensor images, Matrix like) => images.to(like.Type, like.Tensor.device);
}
