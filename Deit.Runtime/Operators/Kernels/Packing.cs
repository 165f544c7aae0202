using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Deit.Operators.Kernels;

/// <summary>Brings a part of a matrix together in memory, in the order in which a product reads it.</summary>
internal static unsafe class Packing
{
    /// <summary>Copies rows one after another, with zeros up to the stride.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="sourceStride">Floats from one row to the next.</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="target">Where to.</param>
    /// <param name="targetStride">At least the columns.</param>
    public static void Copy(float* source, int sourceStride, int rows, int columns, float* target, int targetStride)
    {
        for (int row = 0; row < rows; row++)
        {
            var output = new Span<float>(target + (long)row * targetStride, targetStride);
            new ReadOnlySpan<float>(source + (long)row * sourceStride, columns).CopyTo(output);
            output[columns..].Clear();
        }
    }

    /// <summary>Copies the transpose, with zeros up to the stride.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="sourceStride">Floats from one row to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="target">Where to: as many rows as the source has columns.</param>
    /// <param name="targetStride">At least the rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, int sourceStride, int rows, int columns, float* target, int targetStride)
    {
        int wholeRows = Avx.IsSupported ? rows / Lanes.Count * Lanes.Count : 0;
        int wholeColumns = columns / Lanes.Count * Lanes.Count;
        for (int row = 0; row < wholeRows; row += Lanes.Count)
        {
            for (int column = 0; column < wholeColumns; column += Lanes.Count)
            {
                TransposeEight(source + (long)row * sourceStride + column, sourceStride, target + (long)column * targetStride + row, targetStride);
            }

            TransposeSlowly(source, sourceStride, row, row + Lanes.Count, wholeColumns, columns, target, targetStride);
        }

        TransposeSlowly(source, sourceStride, wholeRows, rows, 0, columns, target, targetStride);
        for (int column = 0; column < columns; column++)
        {
            new Span<float>(target + (long)column * targetStride + rows, targetStride - rows).Clear();
        }
    }

    private static void TransposeSlowly(
        float* source, int sourceStride, int firstRow, int lastRow, int firstColumn, int lastColumn, float* target, int targetStride)
    {
        for (int row = firstRow; row < lastRow; row++)
        {
            for (int column = firstColumn; column < lastColumn; column++)
            {
                target[(long)column * targetStride + row] = source[(long)row * sourceStride + column];
            }
        }
    }

    /// <summary>Eight rows of eight: first pairs, then fours, then halves change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeEight(float* source, int sourceStride, float* target, int targetStride)
    {
        Pair pair0 = Pair.Of(source, sourceStride), pair1 = Pair.Of(source + 2 * sourceStride, sourceStride);
        Pair pair2 = Pair.Of(source + 4 * sourceStride, sourceStride), pair3 = Pair.Of(source + 6 * sourceStride, sourceStride);
        StoreColumns(Avx.Shuffle(pair0.Low, pair1.Low, 0x44), Avx.Shuffle(pair2.Low, pair3.Low, 0x44), target, targetStride);
        StoreColumns(Avx.Shuffle(pair0.Low, pair1.Low, 0xEE), Avx.Shuffle(pair2.Low, pair3.Low, 0xEE), target + targetStride, targetStride);
        StoreColumns(Avx.Shuffle(pair0.High, pair1.High, 0x44), Avx.Shuffle(pair2.High, pair3.High, 0x44), target + 2 * targetStride, targetStride);
        StoreColumns(Avx.Shuffle(pair0.High, pair1.High, 0xEE), Avx.Shuffle(pair2.High, pair3.High, 0xEE), target + 3 * targetStride, targetStride);
    }

    /// <summary>Column i of the first four rows and of the last, and four columns further the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreColumns(Vector256<float> upper, Vector256<float> lower, float* target, int targetStride)
    {
        Avx.Permute2x128(upper, lower, 0x20).Store(target);
        Avx.Permute2x128(upper, lower, 0x31).Store(target + 4 * targetStride);
    }

    /// <summary>Two rows, their elements in turn.</summary>
    private readonly record struct Pair(Vector256<float> Low, Vector256<float> High)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Pair Of(float* source, int stride)
        {
            Vector256<float> upper = Vector256.Load(source);
            Vector256<float> lower = Vector256.Load(source + stride);
            return new(Avx.UnpackLow(upper, lower), Avx.UnpackHigh(upper, lower));
        }
    }
}
