using System.Buffers;

namespace Deit.Data;

/// <summary>
/// Resizes images as Pillow's <c>Image.resize</c> does, to the byte: antialiased, rows first, then columns, each rounded to 8
/// bits.
/// </summary>
public static class Resampling
{
    /// <summary>Resizes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="width">Width of the result.</param>
    /// <param name="height">Height of the result.</param>
    /// <param name="filter">The filter.</param>
    public static RgbImage Resize(RgbImage image, int width, int height, ResamplingFilter filter) =>
        ResizeWindow(image, width, height, filter, new PixelBox(0, 0, width, height));

    /// <summary>Cuts out a part of an image and resizes it (torchvision's <c>resized_crop</c>): nothing around the part counts.</summary>
    /// <param name="image">The image.</param>
    /// <param name="crop">The part.</param>
    /// <param name="width">Width of the result.</param>
    /// <param name="height">Height of the result.</param>
    /// <param name="filter">The filter.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is empty or leaves the image.</exception>
    public static RgbImage CropAndResize(RgbImage image, PixelBox crop, int width, int height, ResamplingFilter filter)
    {
        crop.RequireWithin(image.Width, image.Height, nameof(crop));
        return Run(
            image.Pixels[((crop.Top * image.Stride) + (crop.Left * RgbImage.Channels))..],
            image.Stride,
            ResamplingAxis.Whole(crop.Width, width),
            ResamplingAxis.Whole(crop.Height, height),
            filter);
    }

    /// <summary>A part of the resized image, of which nothing else is computed.</summary>
    /// <param name="image">The image.</param>
    /// <param name="width">Width of the whole resized image.</param>
    /// <param name="height">Height of the whole resized image.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="window">The part of the resized image.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is empty or leaves the resized image.</exception>
    public static RgbImage ResizeWindow(RgbImage image, int width, int height, ResamplingFilter filter, PixelBox window)
    {
        window.RequireWithin(width, height, nameof(window));
        return Run(
            image.Pixels,
            image.Stride,
            ResamplingAxis.Whole(image.Width, width) with { WindowStart = window.Left, WindowSize = window.Width },
            ResamplingAxis.Whole(image.Height, height) with { WindowStart = window.Top, WindowSize = window.Height },
            filter);
    }

    private static RgbImage Run(
        ReadOnlySpan<byte> source, int stride, ResamplingAxis horizontal, ResamplingAxis vertical, ResamplingFilter filter)
    {
        RgbImage result = RgbImage.Uninitialized(horizontal.WindowSize, vertical.WindowSize);
        if (filter == ResamplingFilter.Nearest) NearestNeighbour.Run(source, stride, horizontal, vertical, result.Writable);
        else if (horizontal.IsCopy) ResampleColumns(source, stride, horizontal.WindowStart, vertical, filter, result);
        else ResampleBoth(source, stride, horizontal, vertical, filter, result);
        return result;
    }

    private static void ResampleBoth(
        ReadOnlySpan<byte> source, int stride, ResamplingAxis horizontal, ResamplingAxis vertical, ResamplingFilter filter, RgbImage result)
    {
        var rows = new HorizontalPass(ResamplingWeights.Compute(filter, horizontal));
        if (vertical.IsCopy)
        {
            rows.Run(source[(vertical.WindowStart * stride)..], stride, result.Height, result.Writable);
            return;
        }

        // Only the rows that the columns need.
        ResamplingWeights columns = ResamplingWeights.Compute(filter, vertical);
        int height = columns.SourceEnd - columns.SourceStart;
        byte[] between = ArrayPool<byte>.Shared.Rent(checked(height * result.Stride));
        rows.Run(source[(columns.SourceStart * stride)..], stride, height, between);
        VerticalPass.Run(columns, between, result.Stride, result.Stride, result.Writable);
        ArrayPool<byte>.Shared.Return(between);
    }

    private static void ResampleColumns(
        ReadOnlySpan<byte> source, int stride, int firstColumn, ResamplingAxis vertical, ResamplingFilter filter, RgbImage result)
    {
        source = source[(firstColumn * RgbImage.Channels)..];
        if (vertical.IsCopy)
        {
            for (int row = 0; row < result.Height; row++)
            {
                source.Slice((vertical.WindowStart + row) * stride, result.Stride).CopyTo(result.Writable[(row * result.Stride)..]);
            }

            return;
        }

        ResamplingWeights columns = ResamplingWeights.Compute(filter, vertical);
        VerticalPass.Run(columns, source[(columns.SourceStart * stride)..], stride, result.Stride, result.Writable);
    }
}
