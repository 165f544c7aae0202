using System.Buffers;
using SkiaSharp;

namespace Deit.Data;

/// <summary>
/// Reads images as Pillow's <c>Image.open(file).convert('RGB')</c> does, which is what timm reads them with: of an animation the
/// first frame; neither colour profile nor EXIF orientation are applied; alpha is dropped and the colour below it stays.
/// </summary>
public static class ImageDecoder
{
    /// <summary>
    /// The most pixels an image may have, as in Pillow: a small file can unfold to any size, and nothing photographed is larger.
    /// </summary>
    public const int MostPixels = 178_956_970;

    /// <summary>Decodes a file. JPEG, PNG, WebP, GIF and BMP are known, by their content, whatever the name says.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DeitException">The file cannot be read, is no image, or is cut off; the message holds its path.</exception>
    public static RgbImage Decode(string path)
    {
        try
        {
            return Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"Cannot read the image '{path}': {exception.Message}", exception);
        }
    }

    /// <summary>Decodes the content of a file.</summary>
    /// <param name="bytes">The whole content.</param>
    /// <param name="source">Where it is from, for messages: a path, or an archive and the name in it.</param>
    /// <exception cref="DeitException">This is no image, or it is cut off; the message holds <paramref name="source"/>.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.IsEmpty) throw Refuse(source, "the file is empty; replace or remove it");
        bool isGray16 = Gray16Png.IsOne(bytes);
        GifFirstFrame? gif = GifFirstFrame.Find(bytes);
        using SKData file = SKData.CreateCopy(isGray16 ? Gray16Png.AsGrayAndAlpha(bytes) : gif is null ? bytes : gif.MakeOpaque(bytes));
        using SKCodec codec = SKCodec.Create(file) ?? throw Refuse(source, "this is no image file; replace or remove it");
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels) throw Refuse(source, $"its {width}x{height} pixels are too many; make it smaller");

        // No colour space: values stay as the file has them. Not premultiplied: transparent pixels keep their colour.
        var format = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        byte[] decoded = ArrayPool<byte>.Shared.Rent(format.BytesSize);
        try
        {
            SKCodecResult result = DecodeInto(codec, format, decoded);
            if (result != SKCodecResult.Success) throw Refuse(source, $"{Explain(result)}; replace or remove it");

            RgbImage image = RgbImage.Uninitialized(width, height);
            ReadOnlySpan<byte> rgba = decoded.AsSpan(0, format.BytesSize);
            if (isGray16) RgbaPixels.SaturateGray(rgba, image.Writable);
            else RgbaPixels.DropAlpha(rgba, image.Writable);
            gif?.FillAround(image);
            return image;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    private static unsafe SKCodecResult DecodeInto(SKCodec codec, SKImageInfo format, byte[] pixels)
    {
        fixed (byte* address = pixels) return codec.GetPixels(format, (nint)address);
    }

    private static DeitException Refuse(string source, string reason) => new($"Cannot read the image '{source}': {reason}.");

    private static string Explain(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file ends too early",
        SKCodecResult.ErrorInInput => "its data are damaged",
        SKCodecResult.InvalidInput => "it is cut off or damaged",
        _ => $"it cannot be decoded ({result})",
    };
}
