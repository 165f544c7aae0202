using System.Globalization;
using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Finds the part of an image that a model is trained on, and brings it to the model's size.</summary>
/// <param name="options">How.</param>
/// <param name="size">Height and width of the result.</param>
internal sealed class Cropper(AugmentationOptions options, int size)
{
    private const int Attempts = 10;
    private const int Black = -1;

    /// <summary>The part, size x size, to be disposed by the caller.</summary>
    public RgbImage Apply(RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        ResamplingFilter filter = Filter(key);
        RandomStream random = key.Stream(AugmentationPurpose.Crop);
        return options.Crop switch
        {
            CropMode.RandomResized => RandomResized(image, random, filter, drawn),
            CropMode.Simple => Window(image, random, filter, reflects: true, drawn),
            CropMode.Padded => Window(image, random, filter, reflects: false, drawn),
            _ => new CentredResize(size, size, filter).Apply(image),
        };
    }

    /// <summary>The part that is cut out and resized by itself, and by which filter; null where the crop is none of that kind.</summary>
    public (PixelBox Crop, ResamplingFilter Filter)? Plan(int width, int height, in SampleKey key) => options.Crop == CropMode.RandomResized
        ? (Draw(width, height, options.Scale, options.Ratio, key.Stream(AugmentationPurpose.Crop)), Filter(key))
        : null;

    /// <summary>A part of random area and aspect; where ten tries do not fit, the middle (timm's <c>RandomResizedCropAndInterpolation</c>).</summary>
    internal static PixelBox Draw(int width, int height, Interval scale, Interval ratio, RandomStream random)
    {
        double area = (double)width * height;
        (double least, double greatest) = (Math.Log(ratio.Least), Math.Log(ratio.Greatest));
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double target = area * random.NextUniform(scale.Least, scale.Greatest);
            double aspect = Math.Exp(random.NextUniform(least, greatest));

            // Python's round, halves to the even neighbour.
            double wide = Math.Round(Math.Sqrt(target * aspect));
            double tall = Math.Round(Math.Sqrt(target / aspect));
            if (!(wide >= 1 && wide <= width && tall >= 1 && tall <= height)) continue;
            int top = random.NextInt(height - (int)tall + 1);
            int left = random.NextInt(width - (int)wide + 1);
            return new(left, top, (int)wide, (int)tall);
        }

        return Centre(width, height, ratio);
    }

    private static PixelBox Centre(int width, int height, Interval ratio)
    {
        double aspect = (double)width / height;
        (int wide, int tall) = (width, height);
        if (aspect < ratio.Least) tall = Math.Clamp((int)Math.Round(width / ratio.Least), 1, height);
        else if (aspect > ratio.Greatest) wide = Math.Clamp((int)Math.Round(height * ratio.Greatest), 1, width);
        return new((width - wide) / 2, (height - tall) / 2, wide, tall);
    }

    private ResamplingFilter Filter(in SampleKey key) => options.Interpolation
        ?? (key.Stream(AugmentationPurpose.Interpolation).NextInt(2) == 0 ? ResamplingFilter.Bilinear : ResamplingFilter.Bicubic);

    private RgbImage RandomResized(RgbImage image, RandomStream random, ResamplingFilter filter, ICollection<string>? drawn)
    {
        PixelBox box = Draw(image.Width, image.Height, options.Scale, options.Ratio, random);
        drawn?.Add(string.Create(CultureInfo.InvariantCulture, $"{box.Width}x{box.Height} at {box.Left},{box.Top}"));
        return Resampling.CropAndResize(image, box, size, size, filter);
    }

    // torchvision's Resize(size), then RandomCrop(size, padding).
    private RgbImage Window(RgbImage image, RandomStream random, ResamplingFilter filter, bool reflects, ICollection<string>? drawn)
    {
        int padding = options.CropPadding;
        (int width, int height) = CentredResize.Scaled(image, size);
        int top = random.NextInt(height + (2 * padding) - size + 1) - padding;
        int left = random.NextInt(width + (2 * padding) - size + 1) - padding;
        drawn?.Add(string.Create(CultureInfo.InvariantCulture, $"at {left},{top}"));

        // Only what the window shows of the resized image is computed; what it shows of a reflected border is part of that image, too.
        int[] rows = Sources(top, height, reflects);
        int[] columns = Sources(left, width, reflects);
        var seen = new PixelBox(First(columns), First(rows), Seen(columns), Seen(rows));
        RgbImage result = RgbImage.Uninitialized(size, size);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
        to.Clear();
        if (seen.Width == 0 || seen.Height == 0) return result;
        using RgbImage part = Resampling.ResizeWindow(image, width, height, filter, seen);
        ReadOnlySpan<Rgb> from = MemoryMarshal.Cast<byte, Rgb>(part.Pixels);
        for (int y = 0; y < size; y++)
        {
            if (rows[y] == Black) continue;
            ReadOnlySpan<Rgb> source = from.Slice((rows[y] - seen.Top) * seen.Width, seen.Width);
            Span<Rgb> target = to.Slice(y * size, size);
            for (int x = 0; x < size; x++)
            {
                if (columns[x] != Black) target[x] = source[columns[x] - seen.Left];
            }
        }

        return result;
    }

    // The rows or columns of the resized image that a window shows, whose border is black or reflects the image without its edge.
    private int[] Sources(int start, int length, bool reflects)
    {
        var sources = new int[size];
        int period = Math.Max(1, 2 * (length - 1));
        for (int i = 0; i < size; i++)
        {
            int at = start + i;
            if (at < 0 || at >= length)
            {
                int folded = ((at % period) + period) % period;
                at = !reflects ? Black : folded < length ? folded : period - folded;
            }

            sources[i] = at;
        }

        return sources;
    }

    private static int First(int[] sources) => sources.Where(static source => source != Black).DefaultIfEmpty(0).Min();

    private static int Seen(int[] sources) => sources.Max() == Black ? 0 : sources.Max() + 1 - First(sources);
}
