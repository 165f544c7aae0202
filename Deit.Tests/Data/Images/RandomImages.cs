using Deit.Data;

namespace Deit.Tests.Data.Images;

/// <summary>Images to compute with.</summary>
internal static class RandomImages
{
    /// <summary>Noise, different for every seed.</summary>
    public static RgbImage Noise(int width, int height, int seed)
    {
        var pixels = new byte[width * height * RgbImage.Channels];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>An image whose pixels are given by a function of column and row.</summary>
    public static RgbImage Of(int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> color)
    {
        var pixels = new byte[width * height * RgbImage.Channels];
        for (int pixel = 0; pixel < width * height; pixel++)
        {
            (byte red, byte green, byte blue) = color(pixel % width, pixel / width);
            new[] { red, green, blue }.CopyTo(pixels, pixel * RgbImage.Channels);
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>The colour at a column and row.</summary>
    public static (byte Red, byte Green, byte Blue) At(this RgbImage image, int x, int y)
    {
        ReadOnlySpan<byte> pixel = image.Pixels[(((y * image.Width) + x) * RgbImage.Channels)..];
        return (pixel[0], pixel[1], pixel[2]);
    }

    /// <summary>A part, copied.</summary>
    public static RgbImage Cut(this RgbImage image, PixelBox box) =>
        Of(box.Width, box.Height, (x, y) => image.At(box.Left + x, box.Top + y));
}
