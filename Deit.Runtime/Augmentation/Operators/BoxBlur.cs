using System.Buffers;
using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// Pillow's <c>ImageFilter.GaussianBlur</c>: three means over a window whose width may have a fraction, which are nearly a Gaussian
/// (Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box filtering", SSVM 2011), along both axes, each
/// rounded to 8 bits.
/// </summary>
internal static class BoxBlur
{
    private const int Passes = 3;

    /// <summary>Blurs an image by a Gaussian of a standard deviation, in pixels.</summary>
    public static void Gaussian(RgbImage image, double deviation)
    {
        float radius = Radius((float)deviation);
        if (radius == 0) return;
        var mean = new RunningMean(radius);

        // Rows are blurred as the columns of the transposed image: neighbours in memory are then summed side by side.
        using (RgbImage transposed = RgbImage.Uninitialized(image.Height, image.Width))
        {
            Transpose(image, transposed);
            Columns(transposed, mean);
            Transpose(transposed, image);
        }

        Columns(image, mean);
    }

    // Equations 7, 11 and 14 of Gwosdek et al., in the precisions of Pillow's.
    private static float Radius(float deviation)
    {
        float variance = deviation * deviation / Passes;
        float length = (float)Math.Sqrt((12.0 * variance) + 1.0);
        float whole = (float)Math.Floor((length - 1.0) / 2.0);
        float fraction = ((2 * whole) + 1) * ((whole * (whole + 1)) - (3 * variance));
        fraction /= 6 * (variance - ((whole + 1) * (whole + 1)));
        return whole + fraction;
    }

    private static void Columns(RgbImage image, RunningMean mean)
    {
        Span<byte> pixels = image.Writable;
        byte[] between = ArrayPool<byte>.Shared.Rent(pixels.Length);
        Span<byte> other = between.AsSpan(0, pixels.Length);
        mean.Run(pixels, other, image.Stride);
        mean.Run(other, pixels, image.Stride);
        mean.Run(pixels, other, image.Stride);
        other.CopyTo(pixels);
        ArrayPool<byte>.Shared.Return(between);
    }

    private static void Transpose(RgbImage image, RgbImage result)
    {
        ReadOnlySpan<Rgb> from = MemoryMarshal.Cast<byte, Rgb>(image.Pixels);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<Rgb> row = from.Slice(y * image.Width, image.Width);
            for (int x = 0, target = y; x < row.Length; x++, target += image.Height) to[target] = row[x];
        }
    }
}
