using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>A matrix whose elements lie at regular distances: its transpose is the same with the distances exchanged.</summary>
/// <param name="First">The first element.</param>
/// <param name="RowStride">Floats from one row to the next.</param>
/// <param name="ColumnStride">Floats from one column to the next.</param>
internal readonly unsafe record struct Strided(nint First, int RowStride, int ColumnStride)
{
    /// <summary>A row-major matrix.</summary>
    public static Strided Of(float* first, int rowStride) => new((nint)first, rowStride, 1);

    /// <summary>The transpose.</summary>
    public Strided Transposed => new(First, ColumnStride, RowStride);
}

/// <summary>
/// Products of matrices that lie in the cache, as those of a head of attention do: tiles of six rows by two vectors are summed up in
/// registers (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008, without its packing).
/// </summary>
internal static unsafe class SmallProduct
{
    /// <summary>Columns of a tile: the right factor has zeros up to a multiple.</summary>
    public const int TileColumns = 2 * Lanes.Count;

    private const int TileRows = 6;

    /// <summary>c = a b.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="columns">Columns of c.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="a">The left factor.</param>
    /// <param name="b">The right factor, row-major; its rows are readable up to a multiple of <see cref="TileColumns"/>.</param>
    /// <param name="strideOfB">Floats from one of its rows to the next.</param>
    /// <param name="c">The product, row-major.</param>
    /// <param name="strideOfC">Floats from one of its rows to the next.</param>
    public static void Multiply(int rows, int columns, int depth, Strided a, float* b, int strideOfB, float* c, int strideOfC)
    {
        int whole = columns / TileColumns * TileColumns;
        for (int column = 0; column < whole; column += TileColumns)
        {
            MultiplyColumns(rows, depth, a, b + column, strideOfB, c + column, strideOfC);
        }

        if (whole == columns) return;

        // The last columns are fewer than a tile's: what is too much of it must not be written.
        float* tile = stackalloc float[TileRows * TileColumns];
        for (int row = 0; row < rows; row += TileRows)
        {
            int height = Math.Min(TileRows, rows - row);
            var part = a with { First = a.First + (nint)row * a.RowStride * sizeof(float) };
            MultiplyColumns(height, depth, part, b + whole, strideOfB, tile, TileColumns);
            for (int i = 0; i < height; i++)
            {
                new ReadOnlySpan<float>(tile + i * TileColumns, columns - whole).CopyTo(new(c + (row + i) * strideOfC + whole, columns - whole));
            }
        }
    }

    private static void MultiplyColumns(int rows, int depth, Strided a, float* b, int strideOfB, float* c, int strideOfC)
    {
        float* left = (float*)a.First;
        int row = 0;
        for (; row + TileRows <= rows; row += TileRows)
        {
            SixRows(depth, left + (long)row * a.RowStride, a.RowStride, a.ColumnStride, b, strideOfB, c + (long)row * strideOfC, strideOfC);
        }

        if (row == rows) return;

        if (rows >= TileRows)
        {
            // Some rows are made once more: that is faster than a tile of fewer.
            row = rows - TileRows;
            SixRows(depth, left + (long)row * a.RowStride, a.RowStride, a.ColumnStride, b, strideOfB, c + (long)row * strideOfC, strideOfC);
            return;
        }

        for (; row < rows; row++)
        {
            OneRow(depth, left + (long)row * a.RowStride, a.ColumnStride, b, strideOfB, c + (long)row * strideOfC);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void SixRows(int depth, float* a, int rowStride, int columnStride, float* b, int strideOfB, float* c, int strideOfC)
    {
        Vector256<float> left0 = default, left1 = default, left2 = default, left3 = default, left4 = default, left5 = default;
        Vector256<float> right0 = default, right1 = default, right2 = default, right3 = default, right4 = default, right5 = default;
        nint second = rowStride;
        nint third = 2 * second;
        float* fourth = a + 3 * second;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> left = Vector256.Load(b);
            Vector256<float> right = Vector256.Load(b + Lanes.Count);
            Vector256<float> factor = Vector256.Create(*a);
            left0 = Functions.MultiplyAdd(factor, left, left0);
            right0 = Functions.MultiplyAdd(factor, right, right0);
            factor = Vector256.Create(a[second]);
            left1 = Functions.MultiplyAdd(factor, left, left1);
            right1 = Functions.MultiplyAdd(factor, right, right1);
            factor = Vector256.Create(a[third]);
            left2 = Functions.MultiplyAdd(factor, left, left2);
            right2 = Functions.MultiplyAdd(factor, right, right2);
            factor = Vector256.Create(*fourth);
            left3 = Functions.MultiplyAdd(factor, left, left3);
            right3 = Functions.MultiplyAdd(factor, right, right3);
            factor = Vector256.Create(fourth[second]);
            left4 = Functions.MultiplyAdd(factor, left, left4);
            right4 = Functions.MultiplyAdd(factor, right, right4);
            factor = Vector256.Create(fourth[third]);
            left5 = Functions.MultiplyAdd(factor, left, left5);
            right5 = Functions.MultiplyAdd(factor, right, right5);
            a += columnStride;
            fourth += columnStride;
            b += strideOfB;
        }

        StoreRow(c, left0, right0);
        StoreRow(c += strideOfC, left1, right1);
        StoreRow(c += strideOfC, left2, right2);
        StoreRow(c += strideOfC, left3, right3);
        StoreRow(c += strideOfC, left4, right4);
        StoreRow(c + strideOfC, left5, right5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OneRow(int depth, float* a, int columnStride, float* b, int strideOfB, float* c)
    {
        Vector256<float> left = default;
        Vector256<float> right = default;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> factor = Vector256.Create(*a);
            left = Functions.MultiplyAdd(factor, Vector256.Load(b), left);
            right = Functions.MultiplyAdd(factor, Vector256.Load(b + Lanes.Count), right);
            a += columnStride;
            b += strideOfB;
        }

        StoreRow(c, left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(float* c, Vector256<float> left, Vector256<float> right)
    {
        left.Store(c);
        right.Store(c + Lanes.Count);
    }
}
