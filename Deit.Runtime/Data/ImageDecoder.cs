using SkiaSharp;

namespace Deit.Data;

/// <summary>Reads image files as RGB of one size.</summary>
internal static class ImageDecoder
{
    private const int Channels = 3;
    private const int SourceChannels = 4;

    // A small file can unfold to any size; nothing photographed is larger than this (16384 x 16384, 1 GiB decoded).
    private const long MostPixels = 1L << 28;

    /// <summary>
    /// Decodes a file, scales its shorter side to <paramref name="size"/> and cuts out the centre. Neither its colour profile
    /// nor its EXIF orientation is applied, and transparency is dropped, as in the pipelines that published weights come from.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Height and width of the result.</param>
    /// <param name="rgb">Takes 3 x size x size bytes, plane by plane.</param>
    /// <exception cref="DeitException">The file cannot be read, is no image, or is cut off; the message holds its path.</exception>
    public static void Decode(string path, int size, Span<byte> rgb)
    {
        using SKBitmap image = Load(path);
        if (image.Width == size && image.Height == size)
        {
            CopyCentre(image, size, rgb);
            return;
        }

        using SKBitmap resized = ResizeShorterSide(image, size)
            ?? throw new DeitException($"Cannot resize the image '{path}' to {size} pixels: there is too little memory.");
        CopyCentre(resized, size, rgb);
    }

    private static SKBitmap Load(string path)
    {
        using SKData file = ReadFile(path);
        using SKCodec codec = SKCodec.Create(file)
            ?? throw new DeitException($"Cannot read the image '{path}': this is no image file; replace or remove it.");
        if ((long)codec.Info.Width * codec.Info.Height > MostPixels)
        {
            throw new DeitException(
                $"Cannot read the image '{path}': its {codec.Info.Width}x{codec.Info.Height} pixels are too many; make it smaller.");
        }

        // No colour space: values stay as the file has them. Not premultiplied: transparent pixels keep their colour.
        var format = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var image = new SKBitmap(format);
        SKCodecResult result = codec.GetPixels(format, image.GetPixels());
        if (result == SKCodecResult.Success) return image;
        image.Dispose();
        throw new DeitException($"Cannot read the image '{path}': {Explain(result)}; replace or remove it.");
    }

    private static SKData ReadFile(string path)
    {
        try
        {
            return SKData.CreateCopy(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"Cannot read the image '{path}': {exception.Message}", exception);
        }
    }

    private static string Explain(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file ends too early",
        SKCodecResult.ErrorInInput => "its data are damaged",
        _ => $"it cannot be decoded ({result})",
    };

    private static SKBitmap? ResizeShorterSide(SKBitmap image, int size)
    {
        int shorter = Math.Min(image.Width, image.Height);
        var format = image.Info.WithSize((int)((long)image.Width * size / shorter), (int)((long)image.Height * size / shorter));

        // Skia's cubic looks at 4x4 pixels however far it shrinks; mip levels average all of them.
        SKSamplingOptions sampling = shorter < size
            ? new SKSamplingOptions(SKCubicResampler.CatmullRom)
            : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        return image.Resize(format, sampling);
    }

    private static void CopyCentre(SKBitmap image, int size, Span<byte> rgb)
    {
        ReadOnlySpan<byte> pixels = image.GetPixelSpan();
        int left = (image.Width - size) / 2;
        int top = (image.Height - size) / 2;
        int plane = size * size;
        for (int y = 0; y < size; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(((top + y) * image.RowBytes) + (left * SourceChannels), size * SourceChannels);
            for (int x = 0; x < size; x++)
            {
                int target = (y * size) + x;
                for (int channel = 0; channel < Channels; channel++) rgb[(channel * plane) + target] = row[(x * SourceChannels) + channel];
            }
        }
    }
}
