using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>An affine transform that interpolates between the four nearest pixels, in double precision as Pillow's does.</summary>
internal static class AffineBilinear
{
    /// <summary>Transforms an image.</summary>
    /// <param name="source">The image.</param>
    /// <param name="matrix">Where pixels come from.</param>
    /// <param name="result">Filled with the colour of what is outside.</param>
    public static void Run(RgbImage source, in AffineMatrix matrix, RgbImage result)
    {
        ReadOnlySpan<Rgb> from = MemoryMarshal.Cast<byte, Rgb>(source.Pixels);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
        (int width, int height) = (source.Width, source.Height);
        for (int y = 0; y < result.Height; y++)
        {
            Span<Rgb> target = to.Slice(y * result.Width, result.Width);
            for (int x = 0; x < target.Length; x++)
            {
                double column = matrix.Column(x + 0.5, y + 0.5);
                double row = matrix.Row(x + 0.5, y + 0.5);
                if (!(column >= 0 && column < width && row >= 0 && row < height)) continue;
                column -= 0.5;
                row -= 0.5;
                double left = Math.Floor(column);
                double top = Math.Floor(row);
                (double right, double down) = (column - left, row - top);
                int x0 = Math.Max((int)left, 0);
                int x1 = Math.Min((int)left + 1, width - 1);
                ReadOnlySpan<Rgb> upper = from.Slice(Math.Max((int)top, 0) * width, width);
                ReadOnlySpan<Rgb> lower = from.Slice(Math.Min((int)top + 1, height - 1) * width, width);
                (Rgb a, Rgb b, Rgb c, Rgb d) = (upper[x0], upper[x1], lower[x0], lower[x1]);
                target[x] = new(
                    Mix(a.Red, b.Red, c.Red, d.Red, right, down),
                    Mix(a.Green, b.Green, c.Green, d.Green, right, down),
                    Mix(a.Blue, b.Blue, c.Blue, d.Blue, right, down));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Mix(int a, int b, int c, int d, double right, double down)
    {
        double upper = a + ((b - a) * right);
        double lower = c + ((d - c) * right);
        return (byte)(upper + ((lower - upper) * down));
    }
}
