using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Operators that look at how often each level occurs: Pillow's <c>ImageOps.autocontrast</c> and <c>equalize</c>.</summary>
internal static class Histogram
{
    private const int Levels = LookUp.Levels;
    private const int White = Levels - 1;

    /// <summary>Stretches every channel so that its darkest level becomes 0 and its lightest 255.</summary>
    public static void AutoContrast(RgbImage image) => ByChannel(image, static (counts, table) =>
    {
        int darkest = counts.IndexOfAnyExcept(0);
        int lightest = counts.LastIndexOfAnyExcept(0);
        if (lightest <= darkest)
        {
            LookUp.Fill(table, static level => level);
            return;
        }

        double scale = (double)White / (lightest - darkest);
        double offset = -darkest * scale;
        LookUp.Fill(table, level => (int)((level * scale) + offset));
    });

    /// <summary>Spreads the levels of every channel so that each range of them occurs about as often.</summary>
    public static void Equalize(RgbImage image) => ByChannel(image, static (counts, table) =>
    {
        int last = counts.LastIndexOfAnyExcept(0);
        int pixels = 0;
        foreach (int count in counts) pixels += count;

        // A channel of one level has nothing to spread: then this is 0, too.
        int step = (pixels - counts[last]) / White;
        if (step == 0)
        {
            LookUp.Fill(table, static level => level);
            return;
        }

        int reached = step / 2;
        for (int level = 0; level < Levels; level++)
        {
            table[level] = (byte)Math.Min(reached / step, White);
            reached += counts[level];
        }
    });

    private delegate void MakeTable(Span<int> counts, Span<byte> table);

    private static void ByChannel(RgbImage image, MakeTable make)
    {
        Span<int> counts = stackalloc int[3 * Levels];
        Count(image, counts);
        Span<byte> tables = stackalloc byte[3 * Levels];
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            make(counts.Slice(channel * Levels, Levels), tables.Slice(channel * Levels, Levels));
        }

        LookUp.Apply(image, tables[..Levels], tables.Slice(Levels, Levels), tables[(2 * Levels)..]);
    }

    private static void Count(RgbImage image, Span<int> counts)
    {
        Span<int> red = counts[..Levels];
        Span<int> green = counts.Slice(Levels, Levels);
        Span<int> blue = counts.Slice(2 * Levels, Levels);
        foreach (Rgb pixel in MemoryMarshal.Cast<byte, Rgb>(image.Pixels))
        {
            red[pixel.Red]++;
            green[pixel.Green]++;
            blue[pixel.Blue]++;
        }
    }
}
