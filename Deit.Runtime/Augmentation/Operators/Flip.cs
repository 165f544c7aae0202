using System.Buffers;
using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Mirrors and turns images by halves and quarters, in place.</summary>
internal static class Flip
{
    /// <summary>Left for right.</summary>
    public static void Horizontal(RgbImage image)
    {
        Span<Rgb> pixels = MemoryMarshal.Cast<byte, Rgb>(image.Writable);
        for (int y = 0; y < image.Height; y++) pixels.Slice(y * image.Width, image.Width).Reverse();
    }

    /// <summary>Top for bottom.</summary>
    public static void Vertical(RgbImage image)
    {
        byte[] between = ArrayPool<byte>.Shared.Rent(image.Stride);
        Span<byte> row = between.AsSpan(0, image.Stride);
        Span<byte> pixels = image.Writable;
        for (int y = 0; y < image.Height / 2; y++)
        {
            Span<byte> upper = pixels.Slice(y * image.Stride, image.Stride);
            Span<byte> lower = pixels.Slice((image.Height - 1 - y) * image.Stride, image.Stride);
            upper.CopyTo(row);
            lower.CopyTo(upper);
            row.CopyTo(lower);
        }

        ArrayPool<byte>.Shared.Return(between);
    }

    /// <summary>By half a turn.</summary>
    public static void HalfTurn(RgbImage image) => MemoryMarshal.Cast<byte, Rgb>(image.Writable).Reverse();

    /// <summary>A square by a quarter of a turn, counter-clockwise.</summary>
    public static void QuarterTurn(RgbImage square)
    {
        // Transposed, then top for bottom.
        Span<Rgb> pixels = MemoryMarshal.Cast<byte, Rgb>(square.Writable);
        int size = square.Width;
        for (int y = 0; y < size; y++)
        {
            for (int x = y + 1; x < size; x++)
            {
                (pixels[(y * size) + x], pixels[(x * size) + y]) = (pixels[(x * size) + y], pixels[(y * size) + x]);
            }
        }

        Vertical(square);
    }
}
