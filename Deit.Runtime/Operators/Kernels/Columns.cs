using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>The sums of the columns.</summary>
internal readonly unsafe struct ColumnSums(float* rows, long columns) : IReductionBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end, float* sums) => Reduction.AddRows(rows + begin * columns, columns, end - begin, columns, sums);
}

/// <summary>dx = dy · scale, and the column sums of dy · x: the gradients of a factor for each column.</summary>
internal readonly unsafe struct ColumnScaleGradient(float* x, float* scale, float* dy, float* dx, long columns) : IReductionBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end, float* sums)
    {
        if (Lanes.AreWhole(columns)) Run<WholeVectors>(begin, end, sums);
        else Run<AnyColumns>(begin, end, sums);
    }

    private void Run<TLanes>(long begin, long end, float* sums)
        where TLanes : IRowLanes
    {
        for (long row = begin; row < end; row++) Row<TLanes>(x + row * columns, scale, dy + row * columns, dx + row * columns, sums, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TLanes>(float* input, float* scale, float* outer, float* inner, float* sums, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> gradient = TLanes.Load(outer + j, remaining);
            TLanes.Store(sums + j, Functions.MultiplyAdd(gradient, TLanes.Load(input + j, remaining), TLanes.Load(sums + j, remaining)), remaining);
            TLanes.Store(inner + j, gradient * TLanes.Load(scale + j, remaining), remaining);
        }
    }
}

/// <summary>For each image dx = dy · gate, and dGate = the column sums of dy · x: squeeze and excitation, backward.</summary>
internal readonly unsafe struct GateGradient(float* x, float* gate, float* dy, float* dx, float* dGate, long rows, long columns) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long image = begin; image < end; image++)
        {
            long first = image * rows * columns;
            float* sums = dGate + image * columns;
            NativeMemory.Clear(sums, (nuint)(columns * sizeof(float)));
            new ColumnScaleGradient(x + first, gate + image * columns, dy + first, dx + first, columns).Run(0, rows, sums);
        }
    }
}

/// <summary>The sum of an element over all images: threads divide the elements.</summary>
internal readonly unsafe struct ImageSums(float* images, long ofImage, long count, float* sums, long width) : IRangeBody
{
    /// <summary>Elements that a thread takes at a time.</summary>
    public const long Block = 1024;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long block = begin; block < end; block++)
        {
            long first = block * Block;
            long length = Math.Min(Block, width - first);
            NativeMemory.Clear(sums + first, (nuint)(length * sizeof(float)));
            Reduction.AddRows(images + first, ofImage, count, length, sums + first);
        }
    }
}

/// <summary>The mean of the rows of each image but the first few: a thread takes some columns of an image at a time.</summary>
internal readonly unsafe struct ImageMeans(float* x, long rows, long skipped, float* means, long columns) : IRangeBody
{
    // A line of the cache.
    private const long Block = 16;

    /// <summary>How many blocks of columns an image has.</summary>
    public static long Blocks(long columns) => (columns + Block - 1) / Block;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        Vector256<float> share = Vector256.Create(1f / (rows - skipped));
        long blocks = Blocks(columns);
        for (long block = begin; block < end;)
        {
            (long image, long first) = Math.DivRem(block, blocks);
            long last = Math.Min(end - image * blocks, blocks);
            long width = Math.Min(columns, last * Block) - first * Block;
            float* mean = means + image * columns + first * Block;
            NativeMemory.Clear(mean, (nuint)(width * sizeof(float)));
            Reduction.AddRows(x + (image * rows + skipped) * columns + first * Block, columns, rows - skipped, width, mean);
            for (long j = 0; j < width; j += Lanes.Count) Lanes.Store(mean + j, Lanes.Load(mean + j, width - j) * share, width - j);
            block = image * blocks + last;
        }
    }
}

/// <summary>Gives every row of an image but the first few, which get zeros, its share of the image's gradient.</summary>
internal readonly unsafe struct ImageMeansGradient(float* dy, long rows, long skipped, float* dx, long columns) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        Vector256<float> share = Vector256.Create(1f / (rows - skipped));
        for (long image = begin; image < end; image++)
        {
            float* gradient = dx + image * rows * columns;
            float* first = gradient + skipped * columns;
            NativeMemory.Clear(gradient, (nuint)(skipped * columns * sizeof(float)));
            for (long j = 0; j < columns; j += Lanes.Count) Lanes.Store(first + j, Lanes.Load(dy + image * columns + j, columns - j) * share, columns - j);
            var row = new ReadOnlySpan<float>(first, (int)columns);
            for (long index = 1; index < rows - skipped; index++) row.CopyTo(new(first + index * columns, (int)columns));
        }
    }
}

/// <summary>y = [a +] factor of the image · b.</summary>
internal readonly unsafe struct ScaledImages(float* x, float* factors, float* y, long rows, long columns) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        if (Lanes.AreWhole(columns)) Run<WholeVectors>(begin, end);
        else Run<AnyColumns>(begin, end);
    }

    private void Run<TLanes>(long begin, long end)
        where TLanes : IRowLanes
    {
        for (long row = begin; row < end; row++)
        {
            Row<TLanes>(x + row * columns, factors[row / rows], y + row * columns, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TLanes>(float* x, float factor, float* y, long columns)
        where TLanes : IRowLanes
    {
        Vector256<float> factors = Vector256.Create(factor);
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            TLanes.Store(y + j, factors * TLanes.Load(x + j, remaining), remaining);
        }
    }
}
