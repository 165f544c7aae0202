using System.Runtime.InteropServices;

namespace Deit.Augmentation;

/// <summary>A pixel as it lies in memory.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct Rgb(byte red, byte green, byte blue)
{
    /// <summary>The first byte.</summary>
    public readonly byte Red = red;

    /// <summary>The second byte.</summary>
    public readonly byte Green = green;

    /// <summary>The third byte.</summary>
    public readonly byte Blue = blue;

    /// <summary>
    /// The pixel's luma (ITU-R 601-2) in 16 bits of fraction, rounded: Pillow's conversion to mode L.
    /// </summary>
    public byte Luma => (byte)(((Red * 19595) + (Green * 38470) + (Blue * 7471) + 0x8000) >> 16);
}
