using System.Buffers;
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
    private const int FractionBits = 24;
    private const uint Half = 1u << (FractionBits - 1);
    private const int Channels = RgbImage.Channels;

    /// <summary>Blurs an image by a Gaussian of a standard deviation, in pixels.</summary>
    public static void Gaussian(RgbImage image, double deviation)
    {
        float radius = Radius((float)deviation);
        if (radius == 0) return;
        byte[] between = ArrayPool<byte>.Shared.Rent(Math.Max(image.Width, image.Height) * Channels);
        Span<byte> pixels = image.Writable;
        var window = new Window(radius);
        for (int y = 0; y < image.Height; y++)
        {
            Repeat(pixels.Slice(y * image.Stride, image.Stride), between.AsSpan(0, image.Stride), window);
        }

        byte[] line = ArrayPool<byte>.Shared.Rent(image.Height * Channels);
        Span<byte> column = line.AsSpan(0, image.Height * Channels);
        for (int x = 0; x < image.Stride; x += Channels)
        {
            for (int y = 0; y < image.Height; y++) pixels.Slice((y * image.Stride) + x, Channels).CopyTo(column[(y * Channels)..]);
            Repeat(column, between.AsSpan(0, column.Length), window);
            for (int y = 0; y < image.Height; y++) column.Slice(y * Channels, Channels).CopyTo(pixels[((y * image.Stride) + x)..]);
        }

        ArrayPool<byte>.Shared.Return(line);
        ArrayPool<byte>.Shared.Return(between);
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

    private static void Repeat(Span<byte> line, Span<byte> between, in Window window)
    {
        for (int pass = 0; pass < Passes; pass++)
        {
            line.CopyTo(between);
            for (int channel = 0; channel < Channels; channel++) Mean(between[channel..], line[channel..], line.Length / Channels, window);
        }
    }

    // Beyond the ends of a line, its last pixels go on.
    private static void Mean(ReadOnlySpan<byte> source, Span<byte> target, int length, in Window window)
    {
        int last = length - 1;
        uint sum = source[0] * (uint)(window.Whole + 1);
        for (int x = 0; x < window.Whole; x++) sum += source[Math.Min(x, last) * Channels];
        for (int x = 0; x < length; x++)
        {
            int before = Math.Max(x - window.Whole - 1, 0) * Channels;
            sum = sum + source[Math.Min(x + window.Whole, last) * Channels] - source[before];
            uint outer = (uint)source[before] + source[Math.Min(x + window.Whole + 1, last) * Channels];
            target[x * Channels] = (byte)((unchecked((sum * window.Inner) + (outer * window.Outer)) + Half) >> FractionBits);
        }
    }

    // Pixels to either side that count whole, and the weights of those and of the next, in 24 bits of fraction.
    private readonly struct Window
    {
        public Window(float radius)
        {
            Whole = (int)radius;
            Inner = (uint)((1 << FractionBits) / ((radius * 2) + 1));
            Outer = ((1u << FractionBits) - ((uint)((Whole * 2) + 1) * Inner)) / 2;
        }

        public int Whole { get; }

        public uint Inner { get; }

        public uint Outer { get; }
    }
}
