using System.Runtime.Intrinsics;

namespace Deit.Data;

/// <summary>From the four channels that decoders write to the three that models see.</summary>
internal static class RgbaPixels
{
    /// <summary>Bytes of a pixel: red, green, blue, alpha.</summary>
    public const int Channels = 4;

    private const int PixelsAtOnce = 4;

    /// <summary>Leaves alpha out; nothing is blended.</summary>
    /// <param name="rgba">Pixels of four bytes.</param>
    /// <param name="rgb">Takes as many pixels of three bytes.</param>
    public static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        int pixels = rgb.Length / RgbImage.Channels;
        int pixel = 0;

        // Sixteen bytes are written though twelve count: the next pixels overwrite the rest. The last are left to the second loop.
        for (; pixel + (2 * PixelsAtOnce) <= pixels; pixel += PixelsAtOnce)
        {
            Vector128<byte> four = Vector128.Create(rgba.Slice(pixel * Channels, PixelsAtOnce * Channels));
            Vector128<byte> packed = Vector128.Shuffle(
                four, Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15));
            packed.CopyTo(rgb[(pixel * RgbImage.Channels)..]);
        }

        for (; pixel < pixels; pixel++)
        {
            rgba.Slice(pixel * Channels, RgbImage.Channels).CopyTo(rgb[(pixel * RgbImage.Channels)..]);
        }
    }

    /// <summary>Gray levels of 16 bits, of which red holds the high and alpha the low byte: what is above 255 becomes 255.</summary>
    /// <param name="rgba">Pixels of four bytes.</param>
    /// <param name="rgb">Takes as many pixels of three bytes.</param>
    public static void SaturateGray(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int pixel = 0; pixel < rgb.Length / RgbImage.Channels; pixel++)
        {
            ReadOnlySpan<byte> level = rgba.Slice(pixel * Channels, Channels);
            rgb.Slice(pixel * RgbImage.Channels, RgbImage.Channels).Fill(level[0] == 0 ? level[3] : byte.MaxValue);
        }
    }
}
