using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// Pillow's <c>ImageEnhance</c>: an image blended with what has nothing of a quality. A factor of 0 takes the quality away, 1
/// changes nothing, more exaggerates it.
/// </summary>
internal static class Enhance
{
    /// <summary>Colour: blended with the grey image.</summary>
    public static void Color(RgbImage image, double factor)
    {
        using RgbImage grey = RgbImage.Uninitialized(image.Width, image.Height);
        Greys(image, grey);
        Blend.Into(grey.Pixels, image.Writable, (float)factor);
    }

    /// <summary>Contrast: blended with the mean grey.</summary>
    public static void Contrast(RgbImage image, double factor)
    {
        Span<Rgb> pixels = MemoryMarshal.Cast<byte, Rgb>(image.Writable);
        long sum = 0;
        foreach (Rgb pixel in pixels) sum += pixel.Luma;
        int mean = (int)(((double)sum / pixels.Length) + 0.5);
        BlendWith(image, mean, factor);
    }

    /// <summary>Brightness: blended with black.</summary>
    public static void Brightness(RgbImage image, double factor) => BlendWith(image, 0, factor);

    /// <summary>Sharpness: blended with the smoothed image.</summary>
    public static void Sharpness(RgbImage image, double factor)
    {
        using RgbImage smooth = RgbImage.Uninitialized(image.Width, image.Height);
        Smooth.Apply(image, smooth);
        Blend.Into(smooth.Pixels, image.Writable, (float)factor);
    }

    /// <summary>The grey image, in all three channels.</summary>
    public static void Grayscale(RgbImage image) => Greys(image, image);

    private static void Greys(RgbImage image, RgbImage result)
    {
        ReadOnlySpan<Rgb> from = MemoryMarshal.Cast<byte, Rgb>(image.Pixels);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable)[..from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            byte luma = from[i].Luma;
            to[i] = new(luma, luma, luma);
        }
    }

    // What is blended with a constant depends on nothing but its level.
    private static void BlendWith(RgbImage image, int constant, double factor)
    {
        float single = (float)factor;
        LookUp.Apply(image, level => Blend.Level(constant, level, single));
    }
}
