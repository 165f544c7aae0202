using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>Work on rows that also sums over them.</summary>
internal unsafe interface IReductionBody
{
    /// <summary>Does a part of the rows.</summary>
    /// <param name="begin">Its first row.</param>
    /// <param name="end">The one after its last.</param>
    /// <param name="sums">Where the part adds to; zero before.</param>
    void Run(long begin, long end, float* sums);
}

/// <summary>
/// Sums over rows, on several threads: each thread has sums of its own, which are added in order, so that the result depends on the
/// number of threads alone.
/// </summary>
internal static unsafe class Reduction
{
    private const int RowsAtOnce = 4;
    private const long RowsOfBlock = 256;

    /// <summary>Does all rows.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="grain">How many are worth a thread of their own.</param>
    /// <param name="width">How many sums.</param>
    /// <param name="body">What is done.</param>
    /// <returns>The sums, in memory that the next kernel of this thread uses.</returns>
    public static float* Run<TBody>(long rows, long grain, long width, TBody body)
        where TBody : unmanaged, IReductionBody
    {
        long parts = Math.Clamp(rows / Math.Max(1, grain), 1, NativeParallel.Threads);
        long stride = (width + 15) / 16 * 16;
        float* sums = Scratch.OfCaller(parts * stride);
        NativeMemory.Clear(sums, (nuint)(parts * stride * sizeof(float)));
        NativeParallel.For(parts, 1, new Part<TBody>(body, rows, parts, sums, stride));
        for (long part = 1; part < parts; part++)
        {
            Add(sums + part * stride, stride, sums);
        }

        return sums;
    }

    /// <summary>target += source.</summary>
    public static void Add(float* source, long count, float* target)
    {
        for (long i = 0; i < count; i += Lanes.Count)
        {
            Lanes.Store(target + i, Lanes.Load(target + i, count - i) + Lanes.Load(source + i, count - i), count - i);
        }
    }

    /// <summary>Copies sums to where they are wanted.</summary>
    public static void Copy(float* sums, Matrix target) => Buffer.MemoryCopy(sums, target.Pointer, target.Count * sizeof(float), target.Count * sizeof(float));

    /// <summary>sums += the rows. Many rows are summed block by block: the error of a sum grows with its length.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="sums">One for each column.</param>
    public static void AddRows(float* rows, long stride, long count, long width, float* sums)
    {
        if (count <= RowsOfBlock)
        {
            AddOneBlock(rows, stride, count, width, sums);
            return;
        }

        float* block = Scratch.OfBlock(width);
        for (long row = 0; row < count; row += RowsOfBlock)
        {
            NativeMemory.Clear(block, (nuint)(width * sizeof(float)));
            AddOneBlock(rows + row * stride, stride, Math.Min(RowsOfBlock, count - row), width, block);
            Add(block, width, sums);
        }
    }

    private static void AddOneBlock(float* rows, long stride, long count, long width, float* sums)
    {
        if (Lanes.AreWhole(width)) AddBlock<WholeVectors>(rows, stride, count, width, sums);
        else AddBlock<AnyColumns>(rows, stride, count, width, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock<TLanes>(float* rows, long stride, long count, long width, float* sums)
        where TLanes : IRowLanes
    {
        long row = 0;
        for (; row + RowsAtOnce <= count; row += RowsAtOnce)
        {
            float* first = rows + row * stride;
            float* second = first + stride;
            float* third = second + stride;
            float* fourth = third + stride;
            for (long j = 0; j < width; j += Lanes.Count)
            {
                long remaining = width - j;
                Vector256<float> sum = (TLanes.Load(first + j, remaining) + TLanes.Load(second + j, remaining))
                    + (TLanes.Load(third + j, remaining) + TLanes.Load(fourth + j, remaining));
                TLanes.Store(sums + j, TLanes.Load(sums + j, remaining) + sum, remaining);
            }
        }

        for (; row < count; row++)
        {
            Add(rows + row * stride, width, sums);
        }
    }

    private readonly struct Part<TBody>(TBody body, long rows, long parts, float* sums, long stride) : IRangeBody
        where TBody : unmanaged, IReductionBody
    {
        public void Run(long begin, long end)
        {
            for (long part = begin; part < end; part++)
            {
                RunBlocks(rows * part / parts, rows * (part + 1) / parts, sums + part * stride);
            }
        }

        /// <summary>The error of a sum grows with its length: blocks are summed first.</summary>
        private void RunBlocks(long begin, long end, float* target)
        {
            if (end - begin <= RowsOfBlock)
            {
                body.Run(begin, end, target);
                return;
            }

            float* block = Scratch.OfBlock(stride);
            for (long row = begin; row < end; row += RowsOfBlock)
            {
                NativeMemory.Clear(block, (nuint)(stride * sizeof(float)));
                body.Run(row, Math.Min(end, row + RowsOfBlock), block);
                Add(block, stride, target);
            }
        }
    }
}
