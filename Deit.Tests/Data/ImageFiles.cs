using Deit.Tests.Support;
using SkiaSharp;

namespace Deit.Tests.Data;

/// <summary>Writes image files into a temporary folder. Names are written with slashes; their folders are made.</summary>
internal static class ImageFiles
{
    /// <summary>The path of a name in the folder.</summary>
    public static string Under(this TemporaryFolder folder, string name) => Path.Combine([folder.Path, .. name.Split('/')]);

    /// <summary>Writes a file of any content.</summary>
    public static string WriteFile(this TemporaryFolder folder, string name, byte[] content)
    {
        string path = folder.Under(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Writes an image of one colour; its kind follows from the name.</summary>
    public static string WriteImage(this TemporaryFolder folder, string name, int width, int height, SKColor color) =>
        folder.WriteImage(name, width, height, (_, _) => color);

    /// <summary>Writes an image whose pixels are given by a function of column and row.</summary>
    public static string WriteImage(this TemporaryFolder folder, string name, int width, int height, Func<int, int, SKColor> color)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int pixel = 0; pixel < width * height; pixel++)
        {
            SKColor value = color(pixel % width, pixel / width);
            ReadOnlySpan<byte> rgba = [value.Red, value.Green, value.Blue, value.Alpha];
            rgba.CopyTo(pixels[(pixel * rgba.Length)..]);
        }

        return folder.WriteImage(name, bitmap);
    }

    /// <summary>Writes an image with a single channel, of one shade.</summary>
    public static string WriteGrayImage(this TemporaryFolder folder, string name, int width, int height, byte shade)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Gray8, SKAlphaType.Opaque);
        bitmap.GetPixelSpan().Fill(shade);
        return folder.WriteImage(name, bitmap);
    }

    private static string WriteImage(this TemporaryFolder folder, string name, SKBitmap bitmap)
    {
        SKEncodedImageFormat format = Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" => SKEncodedImageFormat.Jpeg,
            ".WEBP" => SKEncodedImageFormat.Webp,
            _ => SKEncodedImageFormat.Png,
        };
        using SKData data = bitmap.Encode(format, quality: 100);
        return folder.WriteFile(name, data.ToArray());
    }
}
