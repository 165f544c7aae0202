using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// An affine transform that interpolates between the sixteen nearest pixels by cubic convolution with a = -1, in double precision as
/// Pillow's does; red, green and blue at once.
/// </summary>
internal static class AffineBicubic
{
    private const int Channels = RgbImage.Channels;
    private const int Taps = 4;
    private const int BytesLoaded = 16;
    private const byte Zero = byte.MaxValue;

    // A whole number from 0 to 255 plus this has the number as its lowest byte.
    private const double MantissaOnly = 1L << 52;

    /// <summary>Transforms an image.</summary>
    /// <param name="source">The image.</param>
    /// <param name="matrix">Where pixels come from.</param>
    /// <param name="result">Filled with the colour of what is outside.</param>
    public static void Run(RgbImage source, in AffineMatrix matrix, RgbImage result)
    {
        ReadOnlySpan<byte> pixels = source.Pixels;
        (int width, int height) = (source.Width, source.Height);
        Span<Vector256<double>> rows = stackalloc Vector256<double>[Taps];
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
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
                (int firstColumn, int firstRow) = ((int)left - 1, (int)top - 1);

                // Where a position lies on a row, the cubic of the rows is that row, to the bit.
                (int first, int end) = down == 0 ? (1, 2) : (0, Taps);
                for (int tap = first; tap < end; tap++)
                {
                    int at = Math.Min(Math.Max(firstRow + tap, 0), height - 1);
                    rows[tap] = Across(Load(pixels, firstColumn, at * width, width), right);
                }

                target[x] = Pixel(down == 0 ? rows[1] : Cubic(rows[0], rows[1], rows[2], rows[3], down));
            }
        }
    }

    // Four pixels of a row, of which the first may lie before and the last beyond it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(ReadOnlySpan<byte> pixels, int x, int row, int width)
    {
        int start = (row + x) * Channels;
        bool isInside = x >= 0 && x <= width - Taps && start <= pixels.Length - BytesLoaded;
        return isInside ? Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(pixels), (nuint)start) : LoadAtBorder(pixels, x, row, width);
    }

    // At the border, its pixels are repeated.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<byte> LoadAtBorder(ReadOnlySpan<byte> pixels, int x, int row, int width)
    {
        Span<byte> taps = stackalloc byte[BytesLoaded];
        for (int tap = 0; tap < Taps; tap++)
        {
            int column = Math.Clamp(x + tap, 0, width - 1);
            pixels.Slice((row + column) * Channels, Channels).CopyTo(taps[(tap * Channels)..]);
        }

        return Vector128.Create<byte>(taps);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Across(Vector128<byte> taps, double right)
    {
        // Where a position lies on a column, the cubic of the columns is that column, to the bit.
        Vector128<int> second = Vector128.Shuffle(
            taps, Vector128.Create(3, Zero, Zero, Zero, 4, Zero, Zero, Zero, 5, Zero, Zero, Zero, Zero, Zero, Zero, Zero)).AsInt32();
        if (right == 0) return ToDouble(second);
        Vector128<int> first = Vector128.Shuffle(
            taps, Vector128.Create(0, Zero, Zero, Zero, 1, Zero, Zero, Zero, 2, Zero, Zero, Zero, Zero, Zero, Zero, Zero)).AsInt32();
        Vector128<int> third = Vector128.Shuffle(
            taps, Vector128.Create(6, Zero, Zero, Zero, 7, Zero, Zero, Zero, 8, Zero, Zero, Zero, Zero, Zero, Zero, Zero)).AsInt32();
        Vector128<int> fourth = Vector128.Shuffle(
            taps, Vector128.Create(9, Zero, Zero, Zero, 10, Zero, Zero, Zero, 11, Zero, Zero, Zero, Zero, Zero, Zero, Zero)).AsInt32();

        // Coefficients are of whole numbers here, and so exact in whatever order.
        Vector128<int> linear = third - first;
        Vector128<int> square = ((first - second) << 1) + third - fourth;
        Vector128<int> cubic = second - first - third + fourth;
        Vector256<double> d = Vector256.Create(right);
        return ToDouble(second) + (d * (ToDouble(linear) + (d * (ToDouble(square) + (d * ToDouble(cubic))))));
    }

    // Pillow's polynomial, term by term.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Cubic(
        Vector256<double> first, Vector256<double> second, Vector256<double> third, Vector256<double> fourth, double distance)
    {
        Vector256<double> d = Vector256.Create(distance);
        Vector256<double> linear = third - first;
        Vector256<double> square = ((first - second) * 2) + third - fourth;
        Vector256<double> cubic = second - first - third + fourth;
        return second + (d * (linear + (d * (square + (d * cubic)))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Rgb Pixel(Vector256<double> levels)
    {
        Vector256<double> clipped = Vector256.ClampNative(levels, Vector256<double>.Zero, Vector256.Create(255.0));
        Vector256<byte> bytes = (Vector256.Floor(clipped) + Vector256.Create(MantissaOnly)).AsByte();
        return new(bytes.GetElement(0), bytes.GetElement(8), bytes.GetElement(16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ToDouble(Vector128<int> values) => Avx.IsSupported
        ? Avx.ConvertToVector256Double(values)
        : Vector256.Create((double)values[0], values[1], values[2], values[3]);
}
