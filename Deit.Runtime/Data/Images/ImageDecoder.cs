namespace Deit.Data;

/// <summary>
/// Reads images as Pillow's <c>Image.open(file).convert('RGB')</c> does, which is what timm reads them with: of an animation the
/// first frame; neither colour profile nor EXIF orientation are applied; alpha is dropped and the colour below it stays.
/// JPEG is decoded by libjpeg-turbo where the system has it (<c>libturbojpeg0</c>), all else, and without it, by SkiaSharp; the
/// pixels are the same.
/// </summary>
public static class ImageDecoder
{
    /// <summary>
    /// The most pixels an image may have, as in Pillow: a small file can unfold to any size, and nothing photographed is larger.
    /// </summary>
    public const int MostPixels = 178_956_970;

    /// <summary>What decodes JPEG here, for reports.</summary>
    public static string JpegDecoder => TurboJpeg.IsAvailable ? "libjpeg-turbo" : "SkiaSharp";

    /// <summary>Decodes a file. JPEG, PNG, WebP, GIF and BMP are known, by their content, whatever the name says.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DeitException">The file cannot be read, is no image, or is cut off; the message holds its path.</exception>
    public static RgbImage Decode(string path)
    {
        using PooledBytes bytes = PooledBytes.ReadFile(path);
        return Decode(bytes.Span, path);
    }

    /// <summary>Decodes the content of a file.</summary>
    /// <param name="bytes">The whole content.</param>
    /// <param name="source">Where it is from, for messages: a path, or an archive and the name in it.</param>
    /// <exception cref="DeitException">This is no image, or it is cut off; the message holds <paramref name="source"/>.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string source) => Decode(bytes, source, TurboJpeg.IsAvailable);

    /// <summary>
    /// Decodes what a crop needs: of a JPEG, no more rows and columns than the crop's, or at a lower resolution where the crop is
    /// shrunk to less than half. The crop is then nearly that of the whole image.
    /// </summary>
    /// <param name="bytes">The whole content.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <param name="planning">Chooses the crop, once the size is known.</param>
    /// <exception cref="DeitException">This is no image, or it is cut off; the message holds <paramref name="source"/>.</exception>
    public static RgbImage DecodeCrop(ReadOnlySpan<byte> bytes, string source, CropPlanning planning) =>
        DecodeCrop(bytes, source, planning, TurboJpeg.IsAvailable);

    /// <summary>As the public one, with a choice of the decoder of JPEG.</summary>
    internal static RgbImage Decode(ReadOnlySpan<byte> bytes, string source, bool useTurboJpeg)
    {
        if (bytes.IsEmpty) throw Empty(source);
        RgbImage? image = useTurboJpeg && IsJpeg(bytes) ? TurboJpeg.Decode(bytes, MostPixels) : null;
        return image ?? SkiaDecoder.Decode(bytes, source);
    }

    /// <summary>As the public one, with a choice of the decoder of JPEG.</summary>
    internal static RgbImage DecodeCrop(ReadOnlySpan<byte> bytes, string source, CropPlanning planning, bool useTurboJpeg)
    {
        if (bytes.IsEmpty) throw Empty(source);
        if (!IsJpeg(bytes))
        {
            using RgbImage whole = SkiaDecoder.Decode(bytes, source);
            return planning(whole.Width, whole.Height).Apply(whole);
        }

        CropPlan plan = default;
        (int width, int height) = (0, 0);
        using RgbImage? image = useTurboJpeg ? TurboJpeg.Decode(bytes, MostPixels, Shrink) : null;
        if (image is null) return SkiaDecoder.DecodeCrop(bytes, source, planning);
        return plan.OfShrunk(width, height, image.Width, image.Height).Apply(image);

        int Shrink(int wholeWidth, int wholeHeight)
        {
            (width, height) = (wholeWidth, wholeHeight);
            plan = planning(width, height);
            plan.Crop.RequireWithin(width, height, nameof(planning));
            return plan.Divisor();
        }
    }

    /// <summary>Why a file is not taken.</summary>
    internal static DeitException Refuse(string source, string reason) => new($"Cannot read the image '{source}': {reason}.");

    private static DeitException Empty(string source) => Refuse(source, "the file is empty; replace or remove it");

    private static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes is [0xFF, 0xD8, ..];
}
