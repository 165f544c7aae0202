using System.Runtime.CompilerServices;

namespace Deit.Operators.Kernels;

/// <summary>
/// A tile of a product: up to fourteen rows by one or two vectors, summed up in registers (Goto and van de Geijn, Anatomy of
/// High-Performance Matrix Multiplication, 2008). A row of the left factor is one segment or more: the lines of a convolution's kernel.
/// </summary>
internal unsafe struct ProductTile
{
    /// <summary>Rows of the tallest tile: twice the width of the smallest maps of features of ImageNet's models.</summary>
    public const int MostRows = 2 * HalfRows;

    /// <summary>Rows before those that <see cref="Jump"/> leads to.</summary>
    public const int HalfRows = 7;

    /// <summary>The left factor's first row.</summary>
    public float* Left;

    /// <summary>Floats from one of its rows to the next.</summary>
    public nint RowStride;

    /// <summary>Floats from the first row to the eighth: seven strides, unless the tile is two lines of seven pixels.</summary>
    public nint Jump;

    /// <summary>How many segments a row has.</summary>
    public int Segments;

    /// <summary>Floats from one segment to the next.</summary>
    public nint SegmentStride;

    /// <summary>Floats of a segment, which lie side by side.</summary>
    public int SegmentLength;

    /// <summary>The right factor: as many rows as the left one has columns, each as wide as the tile.</summary>
    public float* Panel;

    /// <summary>What the sums begin with: as wide as the tile.</summary>
    public float* Bias;

    /// <summary>What is added to the sums; null for nothing. May be the output.</summary>
    public float* Residual;

    /// <summary>Floats from one of its rows to the next.</summary>
    public nint ResidualStride;

    /// <summary>Where the sums go.</summary>
    public float* Output;

    /// <summary>Floats from one of its rows to the next.</summary>
    public nint OutputStride;

    /// <summary>What the output is at least: 0 for ReLU, else minus infinity.</summary>
    public float Floor;

    /// <summary>Makes a tile. Its size is known to the compiler, which leaves out what it does not have.</summary>
    /// <param name="task">What is multiplied.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TVector, TVectors, TShape>(ProductTile* task)
        where TVector : struct
        where TVectors : IVectors<TVector>
        where TShape : ITileShape
    {
        nint stride = task->RowStride;
        nint twice = 2 * stride;
        nint thrice = 3 * stride;
        nint jump = task->Jump;
        float* left = task->Left;
        float* panel = task->Panel;
        TVector bias0 = TVectors.Load(task->Bias);
        TVector bias1 = TShape.Vectors > 1 ? TVectors.Load(task->Bias + TVectors.Count) : default;
        TVector sum0 = bias0, next0 = bias1;
        TVector sum1 = bias0, next1 = bias1;
        TVector sum2 = bias0, next2 = bias1;
        TVector sum3 = bias0, next3 = bias1;
        TVector sum4 = bias0, next4 = bias1;
        TVector sum5 = bias0, next5 = bias1;
        TVector sum6 = bias0, next6 = bias1;
        TVector sum7 = bias0, next7 = bias1;
        TVector sum8 = bias0, next8 = bias1;
        TVector sum9 = bias0, next9 = bias1;
        TVector sum10 = bias0, next10 = bias1;
        TVector sum11 = bias0, next11 = bias1;
        TVector sum12 = bias0, next12 = bias1;
        TVector sum13 = bias0, next13 = bias1;
        for (int segment = task->Segments; segment > 0; segment--)
        {
            float* row0 = left;
            float* row3 = row0 + thrice;
            float* row7 = row0 + jump;
            float* row10 = row7 + thrice;
            float* end = left + task->SegmentLength;
            while (row0 < end)
            {
                TVector first = TVectors.Load(panel);
                TVector second = TShape.Vectors > 1 ? TVectors.Load(panel + TVectors.Count) : default;
                panel += TShape.Vectors * TVectors.Count;

                TVector factor = TVectors.Broadcast(*row0);
                sum0 = TVectors.MultiplyAdd(factor, first, sum0);
                if (TShape.Vectors > 1) next0 = TVectors.MultiplyAdd(factor, second, next0);
                if (TShape.Rows > 1)
                {
                    factor = TVectors.Broadcast(row0[stride]);
                    sum1 = TVectors.MultiplyAdd(factor, first, sum1);
                    if (TShape.Vectors > 1) next1 = TVectors.MultiplyAdd(factor, second, next1);
                }

                if (TShape.Rows > 2)
                {
                    factor = TVectors.Broadcast(row0[twice]);
                    sum2 = TVectors.MultiplyAdd(factor, first, sum2);
                    if (TShape.Vectors > 1) next2 = TVectors.MultiplyAdd(factor, second, next2);
                }

                if (TShape.Rows > 3)
                {
                    factor = TVectors.Broadcast(*row3);
                    sum3 = TVectors.MultiplyAdd(factor, first, sum3);
                    if (TShape.Vectors > 1) next3 = TVectors.MultiplyAdd(factor, second, next3);
                }

                if (TShape.Rows > 4)
                {
                    factor = TVectors.Broadcast(row3[stride]);
                    sum4 = TVectors.MultiplyAdd(factor, first, sum4);
                    if (TShape.Vectors > 1) next4 = TVectors.MultiplyAdd(factor, second, next4);
                }

                if (TShape.Rows > 5)
                {
                    factor = TVectors.Broadcast(row3[twice]);
                    sum5 = TVectors.MultiplyAdd(factor, first, sum5);
                    if (TShape.Vectors > 1) next5 = TVectors.MultiplyAdd(factor, second, next5);
                }

                if (TShape.Rows > 6)
                {
                    factor = TVectors.Broadcast(row3[thrice]);
                    sum6 = TVectors.MultiplyAdd(factor, first, sum6);
                    if (TShape.Vectors > 1) next6 = TVectors.MultiplyAdd(factor, second, next6);
                }

                if (TShape.Rows > 7)
                {
                    factor = TVectors.Broadcast(*row7);
                    sum7 = TVectors.MultiplyAdd(factor, first, sum7);
                    if (TShape.Vectors > 1) next7 = TVectors.MultiplyAdd(factor, second, next7);
                }

                if (TShape.Rows > 8)
                {
                    factor = TVectors.Broadcast(row7[stride]);
                    sum8 = TVectors.MultiplyAdd(factor, first, sum8);
                    if (TShape.Vectors > 1) next8 = TVectors.MultiplyAdd(factor, second, next8);
                }

                if (TShape.Rows > 9)
                {
                    factor = TVectors.Broadcast(row7[twice]);
                    sum9 = TVectors.MultiplyAdd(factor, first, sum9);
                    if (TShape.Vectors > 1) next9 = TVectors.MultiplyAdd(factor, second, next9);
                }

                if (TShape.Rows > 10)
                {
                    factor = TVectors.Broadcast(*row10);
                    sum10 = TVectors.MultiplyAdd(factor, first, sum10);
                    if (TShape.Vectors > 1) next10 = TVectors.MultiplyAdd(factor, second, next10);
                }

                if (TShape.Rows > 11)
                {
                    factor = TVectors.Broadcast(row10[stride]);
                    sum11 = TVectors.MultiplyAdd(factor, first, sum11);
                    if (TShape.Vectors > 1) next11 = TVectors.MultiplyAdd(factor, second, next11);
                }

                if (TShape.Rows > 12)
                {
                    factor = TVectors.Broadcast(row10[twice]);
                    sum12 = TVectors.MultiplyAdd(factor, first, sum12);
                    if (TShape.Vectors > 1) next12 = TVectors.MultiplyAdd(factor, second, next12);
                }

                if (TShape.Rows > 13)
                {
                    factor = TVectors.Broadcast(row10[thrice]);
                    sum13 = TVectors.MultiplyAdd(factor, first, sum13);
                    if (TShape.Vectors > 1) next13 = TVectors.MultiplyAdd(factor, second, next13);
                }

                row0++;
                row3++;
                row7++;
                row10++;
            }

            left += task->SegmentStride;
        }

        var output = new TileEnd<TVector, TVectors, TShape>(task);
        output.Store(sum0, next0, 0);
        if (TShape.Rows > 1) output.Store(sum1, next1, 1);
        if (TShape.Rows > 2) output.Store(sum2, next2, 2);
        if (TShape.Rows > 3) output.Store(sum3, next3, 3);
        if (TShape.Rows > 4) output.Store(sum4, next4, 4);
        if (TShape.Rows > 5) output.Store(sum5, next5, 5);
        if (TShape.Rows > 6) output.Store(sum6, next6, 6);
        if (TShape.Rows > 7) output.Store(sum7, next7, 7);
        if (TShape.Rows > 8) output.Store(sum8, next8, 8);
        if (TShape.Rows > 9) output.Store(sum9, next9, 9);
        if (TShape.Rows > 10) output.Store(sum10, next10, 10);
        if (TShape.Rows > 11) output.Store(sum11, next11, 11);
        if (TShape.Rows > 12) output.Store(sum12, next12, 12);
        if (TShape.Rows > 13) output.Store(sum13, next13, 13);
    }
}
