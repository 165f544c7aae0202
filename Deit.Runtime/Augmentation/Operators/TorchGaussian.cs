using System.Buffers;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// torchvision's <c>GaussianBlur</c> of a Pillow image: a convolution with a sampled Gaussian in single precision, its border
/// reflected, rounded to 8 bits once.
/// </summary>
internal static class TorchGaussian
{
    private const int Channels = RgbImage.Channels;

    /// <summary>Blurs an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="size">Pixels of the kernel along each axis; odd.</param>
    /// <param name="deviation">The Gaussian's standard deviation in pixels.</param>
    public static void Apply(RgbImage image, int size, double deviation)
    {
        float[] kernel = Kernel(size, deviation);
        Span<byte> pixels = image.Writable;
        float[] between = ArrayPool<float>.Shared.Rent(pixels.Length);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(y * image.Stride, image.Stride);
            Span<float> target = between.AsSpan(y * image.Stride, image.Stride);
            target.Clear();
            for (int tap = 0; tap < size; tap++)
            {
                for (int x = 0; x < image.Width; x++)
                {
                    int from = Reflect(x + tap - (size / 2), image.Width) * Channels;
                    for (int channel = 0; channel < Channels; channel++) target[(x * Channels) + channel] += kernel[tap] * row[from + channel];
                }
            }
        }

        float[] sums = ArrayPool<float>.Shared.Rent(image.Stride);
        Span<float> sum = sums.AsSpan(0, image.Stride);
        for (int y = 0; y < image.Height; y++)
        {
            sum.Clear();
            for (int tap = 0; tap < size; tap++)
            {
                int from = Reflect(y + tap - (size / 2), image.Height);
                ReadOnlySpan<float> row = between.AsSpan(from * image.Stride, image.Stride);
                for (int x = 0; x < row.Length; x++) sum[x] += kernel[tap] * row[x];
            }

            Span<byte> target = pixels.Slice(y * image.Stride, image.Stride);
            for (int x = 0; x < target.Length; x++) target[x] = (byte)Math.Clamp(MathF.Round(sum[x]), 0, byte.MaxValue);
        }

        ArrayPool<float>.Shared.Return(sums);
        ArrayPool<float>.Shared.Return(between);
    }

    private static float[] Kernel(int size, double deviation)
    {
        var kernel = new float[size];
        double total = 0;
        for (int tap = 0; tap < size; tap++)
        {
            double distance = (tap - (size / 2)) / deviation;
            kernel[tap] = (float)Math.Exp(-0.5 * distance * distance);
            total += kernel[tap];
        }

        for (int tap = 0; tap < size; tap++) kernel[tap] = (float)(kernel[tap] / total);
        return kernel;
    }

    // Without repeating the border; an image shorter than the kernel is reflected again and again.
    private static int Reflect(int position, int size)
    {
        if (size == 1) return 0;
        int period = 2 * (size - 1);
        int folded = ((position % period) + period) % period;
        return folded < size ? folded : period - folded;
    }
}
