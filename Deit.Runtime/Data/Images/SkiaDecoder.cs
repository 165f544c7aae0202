using System.Buffers;
using SkiaSharp;

namespace Deit.Data;

/// <summary>Decodes with SkiaSharp, which every machine has: JPEG, PNG, WebP, GIF and BMP.</summary>
internal static unsafe class SkiaDecoder
{
    // Rows decoded at once when rows are skipped: small enough to stay in the cache until alpha is dropped.
    private const int RowsAtOnce = 16;

    /// <summary>Decodes the content of a file.</summary>
    /// <param name="bytes">The whole content.</param>
    /// <param name="source">Where it is from, for messages.</param>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string source)
    {
        bool isGray16 = Gray16Png.IsOne(bytes);
        GifFirstFrame? gif = GifFirstFrame.Find(bytes);
        ReadOnlySpan<byte> content = isGray16 ? Gray16Png.AsGrayAndAlpha(bytes) : gif is null ? bytes : gif.MakeOpaque(bytes);
        fixed (byte* address = content)
        {
            using SKData data = SKData.Create((nint)address, content.Length);
            using SKCodec codec = Open(data, source);
            RgbImage image = DecodeWhole(codec, codec.Info.Width, codec.Info.Height, isGray16, source);
            gif?.FillAround(image);
            return image;
        }
    }

    /// <summary>Decodes what a crop of a JPEG needs.</summary>
    /// <param name="bytes">The whole content.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <param name="planning">Chooses the crop.</param>
    public static RgbImage DecodeCrop(ReadOnlySpan<byte> bytes, string source, CropPlanning planning)
    {
        fixed (byte* address = bytes)
        {
            using SKData data = SKData.Create((nint)address, bytes.Length);
            using SKCodec codec = Open(data, source);
            (int width, int height) = (codec.Info.Width, codec.Info.Height);
            CropPlan plan = planning(width, height);
            plan.Crop.RequireWithin(width, height, nameof(planning));
            int divisor = plan.Divisor();
            if (divisor > 1)
            {
                SKSizeI shrunk = codec.GetScaledDimensions(1f / divisor);
                using RgbImage small = DecodeWhole(codec, shrunk.Width, shrunk.Height, isGray16: false, source);
                return plan.OfShrunk(width, height, small.Width, small.Height).Apply(small);
            }

            using RgbImage? part = DecodeRows(codec, plan.Crop);
            if (part is not null) return (plan with { Crop = plan.Crop with { Left = 0, Top = 0 } }).Apply(part);
            using RgbImage whole = DecodeWhole(codec, width, height, isGray16: false, source);
            return plan.Apply(whole);
        }
    }

    private static SKCodec Open(SKData data, string source)
    {
        SKCodec codec = SKCodec.Create(data) ?? throw ImageDecoder.Refuse(source, "this is no image file; replace or remove it");
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height <= ImageDecoder.MostPixels) return codec;
        codec.Dispose();
        throw ImageDecoder.Refuse(source, $"its {width}x{height} pixels are too many; make it smaller");
    }

    private static RgbImage DecodeWhole(SKCodec codec, int width, int height, bool isGray16, string source)
    {
        SKImageInfo format = Format(width, height);
        byte[] decoded = ArrayPool<byte>.Shared.Rent(format.BytesSize);
        try
        {
            fixed (byte* address = decoded)
            {
                SKCodecResult result = codec.GetPixels(format, (nint)address);
                if (result != SKCodecResult.Success) throw ImageDecoder.Refuse(source, $"{Explain(result)}; replace or remove it");
            }

            RgbImage image = RgbImage.Uninitialized(width, height);
            ReadOnlySpan<byte> rgba = decoded.AsSpan(0, format.BytesSize);
            if (isGray16) RgbaPixels.SaturateGray(rgba, image.Writable);
            else RgbaPixels.DropAlpha(rgba, image.Writable);
            return image;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    /// <summary>
    /// The pixels of a rectangle: rows before it are passed over, those behind it are never reached. Null where the file cannot be
    /// decoded so, or not without faults.
    /// </summary>
    private static RgbImage? DecodeRows(SKCodec codec, PixelBox crop)
    {
        SKImageInfo format = Format(codec.Info.Width, codec.Info.Height);
        var columns = new SKRectI(crop.Left, 0, crop.Left + crop.Width, format.Height);
        if (codec.StartScanlineDecode(format, new SKCodecOptions(columns)) != SKCodecResult.Success) return null;
        if (codec.ScanlineOrder != SKCodecScanlineOrder.TopDown || !codec.SkipScanlines(crop.Top)) return null;

        int rowBytes = crop.Width * RgbaPixels.Channels;
        RgbImage image = RgbImage.Uninitialized(crop.Width, crop.Height);
        byte[] rows = ArrayPool<byte>.Shared.Rent(RowsAtOnce * rowBytes);
        try
        {
            fixed (byte* address = rows)
            {
                for (int row = 0; row < crop.Height; row += RowsAtOnce)
                {
                    int count = Math.Min(RowsAtOnce, crop.Height - row);
                    if (codec.GetScanlines((nint)address, count, rowBytes) != count)
                    {
                        image.Dispose();
                        return null;
                    }

                    RgbaPixels.DropAlpha(rows.AsSpan(0, count * rowBytes), image.Writable.Slice(row * image.Stride, count * image.Stride));
                }
            }

            return image;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rows);
        }
    }

    // No colour space: values stay as the file has them. Not premultiplied: transparent pixels keep their colour.
    private static SKImageInfo Format(int width, int height) => new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);

    private static string Explain(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file ends too early",
        SKCodecResult.ErrorInInput => "its data are damaged",
        SKCodecResult.InvalidInput => "it is cut off or damaged",
        _ => $"it cannot be decoded ({result})",
    };
}
