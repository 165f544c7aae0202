using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// An affine transform that takes the nearest pixel, by the three ways of Pillow's, whose rounding differs: columns and rows by
/// themselves; 16 bits of fraction; floating point for what those cannot hold.
/// </summary>
internal static class AffineNearest
{
    private const int FractionBits = 16;
    private const double One = 1 << FractionBits;
    private const double Greatest = 32768;

    /// <summary>Transforms an image.</summary>
    /// <param name="source">The image.</param>
    /// <param name="matrix">Where pixels come from.</param>
    /// <param name="result">Filled with the colour of what is outside.</param>
    public static void Run(RgbImage source, in AffineMatrix matrix, RgbImage result)
    {
        if (matrix.IsScaling) Scale(source, matrix, result);
        else if (FitsFixedPoint(source, matrix)) InFixedPoint(source, matrix, result);
        else InFloatingPoint(source, matrix, result);
    }

    private static bool FitsFixedPoint(RgbImage source, in AffineMatrix matrix)
    {
        AffineMatrix copy = matrix;
        return Fits(0, 0) && Fits(source.Width, source.Height) && Fits(0, source.Height) && Fits(source.Width, 0);

        bool Fits(double x, double y) => Math.Abs(copy.Column(x, y)) < Greatest && Math.Abs(copy.Row(x, y)) < Greatest;
    }

    private static void Scale(RgbImage source, in AffineMatrix matrix, RgbImage result)
    {
        // Added up, not multiplied: Pillow's rounding errors are part of its result.
        var columns = new int[result.Width];
        double column = matrix.C + (matrix.A * 0.5);
        for (int x = 0; x < columns.Length; x++)
        {
            columns[x] = Within(column, source.Width);
            column += matrix.A;
        }

        ReadOnlySpan<Rgb> from = MemoryMarshal.Cast<byte, Rgb>(source.Pixels);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
        double row = matrix.F + (matrix.E * 0.5);
        for (int y = 0; y < result.Height; y++)
        {
            int line = Within(row, source.Height);
            row += matrix.E;
            if (line < 0) continue;
            ReadOnlySpan<Rgb> sourceRow = from.Slice(line * source.Width, source.Width);
            Span<Rgb> target = to.Slice(y * result.Width, result.Width);
            for (int x = 0; x < target.Length; x++)
            {
                if (columns[x] >= 0) target[x] = sourceRow[columns[x]];
            }
        }
    }

    private static void InFixedPoint(RgbImage source, in AffineMatrix matrix, RgbImage result)
    {
        int columnByX = Fixed(matrix.A);
        int columnByY = Fixed(matrix.B);
        int rowByX = Fixed(matrix.D);
        int rowByY = Fixed(matrix.E);
        int firstColumn = Fixed(matrix.C + (matrix.A * 0.5) + (matrix.B * 0.5));
        int firstRow = Fixed(matrix.F + (matrix.D * 0.5) + (matrix.E * 0.5));
        ReadOnlySpan<Rgb> from = MemoryMarshal.Cast<byte, Rgb>(source.Pixels);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
        for (int y = 0; y < result.Height; y++)
        {
            (int column, int row) = (firstColumn, firstRow);
            Span<Rgb> target = to.Slice(y * result.Width, result.Width);
            for (int x = 0; x < target.Length; x++)
            {
                (int fromX, int fromY) = (column >> FractionBits, row >> FractionBits);
                if ((uint)fromX < (uint)source.Width && (uint)fromY < (uint)source.Height) target[x] = from[(fromY * source.Width) + fromX];
                column = unchecked(column + columnByX);
                row = unchecked(row + rowByX);
            }

            firstColumn = unchecked(firstColumn + columnByY);
            firstRow = unchecked(firstRow + rowByY);
        }
    }

    private static void InFloatingPoint(RgbImage source, in AffineMatrix matrix, RgbImage result)
    {
        ReadOnlySpan<Rgb> from = MemoryMarshal.Cast<byte, Rgb>(source.Pixels);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
        double firstColumn = matrix.C + (matrix.B * 0.5) + (matrix.A * 0.5);
        double firstRow = matrix.F + (matrix.E * 0.5) + (matrix.D * 0.5);
        for (int y = 0; y < result.Height; y++)
        {
            (double column, double row) = (firstColumn, firstRow);
            Span<Rgb> target = to.Slice(y * result.Width, result.Width);
            for (int x = 0; x < target.Length; x++)
            {
                (int fromX, int fromY) = (Within(column, source.Width), Within(row, source.Height));
                if (fromX >= 0 && fromY >= 0) target[x] = from[(fromY * source.Width) + fromX];
                column += matrix.A;
                row += matrix.D;
            }

            firstColumn += matrix.B;
            firstRow += matrix.E;
        }
    }

    // The pixel at a position, or -1 for none.
    private static int Within(double position, int size) => position >= 0 && position < size ? (int)position : -1;

    private static int Fixed(double value) => (int)Math.Floor((value * One) + 0.5);
}
