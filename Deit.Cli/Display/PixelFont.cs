using Deit.Data;

namespace Deit.Cli.Display;

/// <summary>
/// Capitals, digits and a few signs of three by five pixels: images can be labelled on machines without any font.
/// </summary>
internal static class PixelFont
{
    private const int Columns = 3;
    private const int Rows = 5;

    /// <summary>Pixels from a character to the next, and from a line to the next, times a scale.</summary>
    public const int Advance = Columns + 1;

    /// <summary>Pixels from a line to the next, times a scale.</summary>
    public const int LineHeight = Rows + 2;

    // Fifteen dots a character, row by row.
    private static readonly Dictionary<char, string> Glyphs = new()
    {
        ['A'] = "010101111101101",
        ['B'] = "110101110101110",
        ['C'] = "011100100100011",
        ['D'] = "110101101101110",
        ['E'] = "111100110100111",
        ['F'] = "111100110100100",
        ['G'] = "011100101101011",
        ['H'] = "101101111101101",
        ['I'] = "111010010010111",
        ['J'] = "001001001101010",
        ['K'] = "101101110101101",
        ['L'] = "100100100100111",
        ['M'] = "101111111101101",
        ['N'] = "110101101101101",
        ['O'] = "010101101101010",
        ['P'] = "110101110100100",
        ['Q'] = "010101101110011",
        ['R'] = "110101110101101",
        ['S'] = "011100010001110",
        ['T'] = "111010010010010",
        ['U'] = "101101101101111",
        ['V'] = "101101101101010",
        ['W'] = "101101111111101",
        ['X'] = "101101010101101",
        ['Y'] = "101101010010010",
        ['Z'] = "111001010100111",
        ['0'] = "111101101101111",
        ['1'] = "010110010010111",
        ['2'] = "110001010100111",
        ['3'] = "110001010001110",
        ['4'] = "101101111001001",
        ['5'] = "111100110001110",
        ['6'] = "011100111101111",
        ['7'] = "111001010010010",
        ['8'] = "111101111101111",
        ['9'] = "111101111001110",
        ['.'] = "000000000000010",
        [','] = "000000000010100",
        ['-'] = "000000111000000",
        ['+'] = "000010111010000",
    };

    /// <summary>Writes a line in black.</summary>
    /// <param name="pixels">Rows of an image, HWC.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="x">The first column.</param>
    /// <param name="y">The first row.</param>
    /// <param name="scale">Pixels a dot.</param>
    /// <param name="text">The line; what there is no character for stays blank.</param>
    public static void Write(Span<byte> pixels, int width, int x, int y, int scale, string text)
    {
        foreach (char character in text.ToUpperInvariant())
        {
            string dots = Glyphs.GetValueOrDefault(character, "");
            for (int dot = 0; dot < dots.Length; dot++)
            {
                if (dots[dot] == '0') continue;
                for (int row = 0; row < scale; row++)
                {
                    int at = ((y + (dot / Columns * scale) + row) * width) + x + (dot % Columns * scale);
                    pixels.Slice(at * RgbImage.Channels, scale * RgbImage.Channels).Clear();
                }
            }

            x += Advance * scale;
        }
    }
}
