using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Replaces every level of a channel by another.</summary>
internal static class LookUp
{
    /// <summary>The number of levels.</summary>
    public const int Levels = 256;

    /// <summary>Replaces the levels of all channels alike.</summary>
    public static void Apply(RgbImage image, Func<int, int> level)
    {
        Span<byte> table = stackalloc byte[Levels];
        Fill(table, level);
        Apply(image, table, table, table);
    }

    /// <summary>Replaces the levels of red, green and blue, each by its own table.</summary>
    public static void Apply(RgbImage image, ReadOnlySpan<byte> red, ReadOnlySpan<byte> green, ReadOnlySpan<byte> blue)
    {
        red = red[..Levels];
        green = green[..Levels];
        blue = blue[..Levels];
        Span<Rgb> pixels = MemoryMarshal.Cast<byte, Rgb>(image.Writable);
        for (int i = 0; i < pixels.Length; i++)
        {
            ref Rgb pixel = ref pixels[i];
            pixel = new(red[pixel.Red], green[pixel.Green], blue[pixel.Blue]);
        }
    }

    /// <summary>Fills a table; what is out of range becomes the nearest level, as Pillow's <c>point</c> does.</summary>
    public static void Fill(Span<byte> table, Func<int, int> level)
    {
        for (int i = 0; i < Levels; i++) table[i] = (byte)Math.Clamp(level(i), byte.MinValue, byte.MaxValue);
    }
}
