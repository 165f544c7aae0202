using SkiaSharp;

namespace Deit.Data;

/// <summary>Writes images as PNG files of 8-bit red, green and blue, without loss.</summary>
public static class PngEncoder
{
    /// <summary>The content of a file.</summary>
    public static byte[] Encode(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);

        // Opaque, so that the file has three channels; no colour space, so that the file claims none.
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> rgba = bitmap.GetPixelSpan();
        ReadOnlySpan<byte> rgb = image.Pixels;
        for (int pixel = 0; pixel < image.Width * image.Height; pixel++)
        {
            rgb.Slice(pixel * RgbImage.Channels, RgbImage.Channels).CopyTo(rgba[(pixel * 4)..]);
            rgba[(pixel * 4) + RgbImage.Channels] = byte.MaxValue;
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100)
            ?? throw new DeitException($"An image of {image.Width}x{image.Height} pixels cannot be written as PNG; make it smaller.");
        return data.ToArray();
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="DeitException">It cannot be written.</exception>
    public static void Write(RgbImage image, string path)
    {
        byte[] content = Encode(image);
        try
        {
            File.WriteAllBytes(path, content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"Cannot write the image '{path}': {exception.Message}", exception);
        }
    }
}
