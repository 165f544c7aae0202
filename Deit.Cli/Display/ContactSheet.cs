using Deit.Data;

namespace Deit.Cli.Display;

/// <summary>Square images of one size in rows, each with what is to be said of it below.</summary>
/// <param name="size">Height and width of an image.</param>
internal sealed class ContactSheet(int size)
{
    private const int Channels = RgbImage.Channels;
    private const int Margin = 8;
    private const int FontScale = 2;
    private const int LeastCell = 160;
    private const byte Paper = 255;

    private readonly List<(byte[] Pixels, string Label)> _cells = [];

    // Small images are enlarged by a whole number, so that they are seen, and their labels have room.
    private int Enlargement => Math.Max(1, (LeastCell + size - 1) / size);

    private int Cell => size * Enlargement;

    /// <summary>Adds an image.</summary>
    /// <param name="pixels">size x size x 3 bytes (HWC).</param>
    /// <param name="label">What is to be said of it.</param>
    public void Add(byte[] pixels, string label) => _cells.Add((pixels, label));

    /// <summary>Draws the sheet, about as wide as it is high.</summary>
    /// <exception cref="DeitException">It would be too large.</exception>
    public RgbImage Draw()
    {
        int columns = (int)Math.Ceiling(Math.Sqrt(_cells.Count));
        int rows = (_cells.Count + columns - 1) / columns;
        string[][] labels = [.. _cells.Select(cell => Wrap(cell.Label))];
        int labelHeight = labels.Max(static lines => lines.Length) * PixelFont.LineHeight * FontScale;
        int rowHeight = Cell + labelHeight + (2 * Margin);
        long width = ((long)columns * (Cell + Margin)) + Margin;
        long height = ((long)rows * rowHeight) + Margin;
        if (width * height > ImageDecoder.MostPixels) throw new DeitException($"A sheet of {width}x{height} pixels is too large; take a smaller --count.");
        var pixels = new byte[width * height * Channels];
        Array.Fill(pixels, Paper);
        for (int i = 0; i < _cells.Count; i++)
        {
            int left = Margin + (i % columns * (Cell + Margin));
            int top = Margin + (i / columns * rowHeight);
            Enlarge(_cells[i].Pixels, pixels, (int)width, left, top);
            for (int line = 0; line < labels[i].Length; line++)
            {
                int y = top + Cell + (Margin / 2) + (line * PixelFont.LineHeight * FontScale);
                PixelFont.Write(pixels, (int)width, left, y, FontScale, labels[i][line]);
            }
        }

        return new RgbImage((int)width, (int)height, pixels);
    }

    private void Enlarge(byte[] image, byte[] sheet, int width, int left, int top)
    {
        for (int y = 0; y < Cell; y++)
        {
            for (int x = 0; x < Cell; x++)
            {
                int from = ((y / Enlargement * size) + (x / Enlargement)) * Channels;
                int to = (((top + y) * width) + left + x) * Channels;
                image.AsSpan(from, Channels).CopyTo(sheet.AsSpan(to));
            }
        }
    }

    // Between words, and within one that is longer than a line.
    private string[] Wrap(string label)
    {
        int most = Cell / (PixelFont.Advance * FontScale);
        var lines = new List<string> { "" };
        foreach (string word in label.Split(' ').SelectMany(word => word.Chunk(most)).Select(static part => new string(part)))
        {
            if (lines[^1].Length == 0) lines[^1] = word;
            else if (lines[^1].Length + 1 + word.Length <= most) lines[^1] += $" {word}";
            else lines.Add(word);
        }

        return [.. lines];
    }
}
