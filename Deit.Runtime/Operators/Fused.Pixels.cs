using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>Images and matrices of pixels.</content>
public static unsafe partial class Fused
{
    /// <summary>The patches of images as rows: with the weight of a convolution that covers them without overlap, its input.</summary>
    /// <param name="images">Shape (images, channels, height, width), on any device and of any floating-point type.</param>
    /// <param name="size">Pixels of a patch in each direction.</param>
    /// <param name="patches">Images · patches x channels · size · size.</param>
    public static void Patches(Tensor images, int size, Matrix patches)
    {
        long[] shape = ImagesShape(images);
        long down = shape[2] / size;
        long across = shape[3] / size;
        Shapes.Are(patches, shape[0] * down * across, shape[1] * size * size);
        if (patches.OnHost && images.dtype == ScalarType.Float32 && images.is_cpu() && images.is_contiguous())
        {
            using var pixels = new Matrix(images, images.storage_offset(), shape[0], shape[1] * shape[2] * shape[3]);
            NativeParallel.For(shape[0] * down, 1, new PatchRows(pixels.Pointer, (int)shape[1], (int)shape[2], (int)shape[3], size, patches.Pointer));
            return;
        }

        using var eager = Eager.Begin();
        Tensor covered = images.narrow(2, 0, down * size).narrow(3, 0, across * size);
        patches.Tensor.view(shape[0], down, across, shape[1], size, size).copy_(
            covered.reshape(shape[0], shape[1], down, size, across, size).permute(0, 2, 4, 1, 3, 5));
    }

    /// <summary>Every n-th pixel in both directions, from the first: what a pointwise convolution with a stride reads.</summary>
    /// <param name="x">Images · height · width x columns.</param>
    /// <param name="height">Pixels of an image from top to bottom.</param>
    /// <param name="width">Pixels of an image from left to right.</param>
    /// <param name="stride">n.</param>
    /// <param name="y">Images · ceil(height / n) · ceil(width / n) x columns.</param>
    public static void TakePixels(Matrix x, int height, int width, int stride, Matrix y)
    {
        long images = CheckTaken(x, height, width, stride, y);
        if (x.OnHost)
        {
            NativeParallel.For(images * height, 1, new StridedPixels(x.Pointer, height, width, x.Columns, stride, y.Pointer, isBackward: false));
            return;
        }

        using var eager = Eager.Begin();
        Tensor taken = EveryNth(x, images, height, width, stride);
        y.Tensor.view(taken.shape).copy_(taken);
    }

    /// <summary>The gradient of <see cref="TakePixels"/>: zero for the other pixels.</summary>
    /// <param name="dy">Images · ceil(height / n) · ceil(width / n) x columns.</param>
    /// <param name="height">Pixels of an image from top to bottom.</param>
    /// <param name="width">Pixels of an image from left to right.</param>
    /// <param name="stride">n.</param>
    /// <param name="dx">Images · height · width x columns.</param>
    public static void TakePixelsBackward(Matrix dy, int height, int width, int stride, Matrix dx)
    {
        long images = CheckTaken(dx, height, width, stride, dy);
        if (dx.OnHost)
        {
            NativeParallel.For(images * height, 1, new StridedPixels(dx.Pointer, height, width, dx.Columns, stride, dy.Pointer, isBackward: true));
            return;
        }

        using var eager = Eager.Begin();
        dx.Tensor.zero_();
        Tensor taken = EveryNth(dx, images, height, width, stride);
        taken.copy_(dy.Tensor.view(taken.shape));
    }

    private static long[] ImagesShape(Tensor images) => images.shape is { Length: 4 } shape
        ? shape
        : throw new ArgumentException($"Images have shape (images, channels, height, width), not ({string.Join(", ", images.shape)}).");

    private static long CheckTaken(Matrix all, int height, int width, int stride, Matrix taken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        long images = Shapes.Times(all.Rows, (long)height * width);
        Shapes.Are(taken, images * ((height + stride - 1) / stride) * ((width + stride - 1) / stride), all.Columns);
        return images;
    }

    private static Tensor EveryNth(Matrix x, long images, int height, int width, int stride) =>
        x.Tensor.view(images, height, width, x.Columns).slice(1, 0, height, stride).slice(2, 0, width, stride);
}
