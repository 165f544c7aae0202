using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// torchvision's <c>adjust_hue</c> of a Pillow image: to hue, saturation and value of 8 bits, the hue moved about its circle, and
/// back, in the precisions of Pillow's conversions.
/// </summary>
internal static class HueShift
{
    private const int White = 255;

    /// <summary>Moves the hue by a part of the circle, from -0.5 to 0.5.</summary>
    public static void Apply(RgbImage image, double part)
    {
        byte shift = unchecked((byte)(int)(part * White));
        foreach (ref Rgb pixel in MemoryMarshal.Cast<byte, Rgb>(image.Writable))
        {
            (byte hue, byte saturation, byte value) = ToHsv(pixel);
            pixel = ToRgb(unchecked((byte)(hue + shift)), saturation, value);
        }
    }

    private static (byte Hue, byte Saturation, byte Value) ToHsv(Rgb pixel)
    {
        (byte red, byte green, byte blue) = (pixel.Red, pixel.Green, pixel.Blue);
        byte most = Math.Max(red, Math.Max(green, blue));
        byte least = Math.Min(red, Math.Min(green, blue));
        if (most == least) return (0, 0, most);
        float chroma = most - least;
        float saturation = chroma / most;
        float r = (most - red) / chroma;
        float g = (most - green) / chroma;
        float b = (most - blue) / chroma;
        float hue = red == most ? b - g : green == most ? (float)(2.0 + r - b) : (float)(4.0 + g - r);
        hue = (float)(((hue / 6.0) + 1.0) % 1.0);
        return (Clip((int)(hue * 255.0)), Clip((int)(saturation * 255.0)), most);
    }

    private static Rgb ToRgb(byte hue, byte saturation, byte value)
    {
        if (saturation == 0) return new(value, value, value);
        int sector = (int)Math.Floor((float)hue * 6.0 / 255.0);
        float rest = (float)(((float)hue * 6.0 / 255.0) - (float)sector);
        float part = (float)((float)saturation / 255.0);
        byte low = Level(value * (1.0 - part));
        byte falling = Level(value * (1.0 - (double)(part * rest)));
        byte rising = Level(value * (1.0 - (part * (1.0 - rest))));
        return (sector % 6) switch
        {
            0 => new(value, rising, low),
            1 => new(falling, value, low),
            2 => new(low, value, rising),
            3 => new(low, falling, value),
            4 => new(rising, low, value),
            _ => new(value, low, falling),
        };
    }

    private static byte Level(double value) => Clip((int)Math.Round(value, MidpointRounding.AwayFromZero));

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, White);
}
