using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>
/// Mean and sum of squared deviations of every column. Blocks of rows that fit into the cache are read twice, so that nothing is lost
/// to cancellation, and combined in double precision (Chan, Golub and LeVeque, Updating Formulae, 1979, equation 2.1).
/// </summary>
internal readonly unsafe struct ColumnMoments(float* x, long rows, long columns, long parts, double* moments) : IRangeBody
{
    private const long RowsOfBlock = 64;

    /// <summary>Runs it on all threads.</summary>
    /// <param name="x">Rows x columns.</param>
    /// <returns>The means, and after them the sums of squared deviations, in memory that the next kernel of this thread uses.</returns>
    public static double* Run(Matrix x)
    {
        long parts = Math.Clamp(x.Rows / Elementwise.RowsOfGrain(x), 1, NativeParallel.Threads);
        long width = 2 * x.Columns;
        double* moments = (double*)Scratch.OfCaller(2 * parts * width);
        NativeParallel.For(parts, 1, new ColumnMoments(x.Pointer, x.Rows, x.Columns, parts, moments));
        long counted = x.Rows / parts;
        for (long part = 1; part < parts; part++)
        {
            long count = x.Rows * (part + 1) / parts - x.Rows * part / parts;
            double* other = moments + part * width;
            for (long j = 0; j < x.Columns; j++)
            {
                Combine(ref moments[j], ref moments[x.Columns + j], counted, other[j], other[x.Columns + j], count);
            }

            counted += count;
        }

        return moments;
    }

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long part = begin; part < end; part++)
        {
            Part(rows * part / parts, rows * (part + 1) / parts, moments + part * 2 * columns);
        }
    }

    private static void Combine(ref double mean, ref double squares, long count, double otherMean, double otherSquares, long otherCount)
    {
        double distance = otherMean - mean;
        double share = (double)otherCount / (count + otherCount);
        mean += distance * share;
        squares += otherSquares + distance * distance * count * share;
    }

    private void Part(long begin, long end, double* target)
    {
        NativeMemory.Clear(target, (nuint)(2 * columns * sizeof(double)));
        float* means = Scratch.OfBlock(2 * columns);
        float* squares = means + columns;
        for (long row = begin; row < end; row += RowsOfBlock)
        {
            long count = Math.Min(RowsOfBlock, end - row);
            Block(x + row * columns, count, means, squares);
            for (long j = 0; j < columns; j++) Combine(ref target[j], ref target[columns + j], row - begin, means[j], squares[j], count);
        }
    }

    private void Block(float* block, long count, float* means, float* squares)
    {
        NativeMemory.Clear(means, (nuint)(2 * columns * sizeof(float)));
        Reduction.AddRows(block, columns, count, columns, means);

        Vector256<float> share = Vector256.Create(1f / count);
        for (long j = 0; j < columns; j += Lanes.Count) Lanes.Store(means + j, Lanes.Load(means + j, columns - j) * share, columns - j);
        for (long row = 0; row < count; row++)
        {
            if (Lanes.AreWhole(columns)) AddSquares<WholeVectors>(block + row * columns, means, squares, columns);
            else AddSquares<AnyColumns>(block + row * columns, means, squares, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSquares<TLanes>(float* values, float* means, float* squares, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> distance = TLanes.Load(values + j, remaining) - TLanes.Load(means + j, remaining);
            TLanes.Store(squares + j, Functions.MultiplyAdd(distance, distance, TLanes.Load(squares + j, remaining)), remaining);
        }
    }
}

/// <summary>y = activation((x - mean) · scale + bias [+ residual]).</summary>
internal readonly unsafe struct BatchNormRows<TActivation>(float* x, float* mean, float* scale, float* bias, float* residual, float* y, long columns)
    : IRangeBody
    where TActivation : IActivation
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
            long first = row * columns;
            Row<TLanes>(x + first, mean, scale, bias, residual == null ? null : residual + first, y + first, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TLanes>(float* input, float* mean, float* scale, float* bias, float* shortcut, float* output, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> centred = TLanes.Load(input + j, remaining) - TLanes.Load(mean + j, remaining);
            Vector256<float> value = Functions.MultiplyAdd(centred, TLanes.Load(scale + j, remaining), TLanes.Load(bias + j, remaining));
            if (shortcut != null) value += TLanes.Load(shortcut + j, remaining);
            TLanes.Store(output + j, TActivation.Of(value), remaining);
        }
    }
}

/// <summary>The gradients of weight and bias: the column sums of g · h and of g, where g is the gradient before the activation and h the normalised input.</summary>
internal readonly unsafe struct BatchNormSums<TActivation>(
    float* dy, float* x, float* mean, float* inverseDeviation, float* scale, float* bias, long columns) : IReductionBody
    where TActivation : IActivation
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
        for (long row = begin; row < end; row++)
        {
            Row<TLanes>(dy + row * columns, x + row * columns, mean, inverseDeviation, scale, bias, sums, sums + columns, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TLanes>(
        float* outer, float* input, float* mean, float* inverseDeviation, float* scale, float* bias, float* ofWeight, float* ofBias, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> centred = TLanes.Load(input + j, remaining) - TLanes.Load(mean + j, remaining);
            TActivation.Evaluate(
                Functions.MultiplyAdd(centred, TLanes.Load(scale + j, remaining), TLanes.Load(bias + j, remaining)), out _, out Vector256<float> slope);
            Vector256<float> gradient = TLanes.Load(outer + j, remaining) * slope;
            Vector256<float> normalized = centred * TLanes.Load(inverseDeviation + j, remaining);
            TLanes.Store(ofWeight + j, Functions.MultiplyAdd(gradient, normalized, TLanes.Load(ofWeight + j, remaining)), remaining);
            TLanes.Store(ofBias + j, gradient + TLanes.Load(ofBias + j, remaining), remaining);
        }
    }
}

/// <summary>dx = scale · (g - level - centred · along), with the means of g and of g · h brought into level and along.</summary>
internal readonly unsafe struct BatchNormGradientRows<TActivation>(
    float* dy, float* x, float* mean, float* scale, float* bias, float* level, float* along, float* dx, long columns) : IRangeBody
    where TActivation : IActivation
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
            Row<TLanes>(dy + row * columns, x + row * columns, mean, scale, bias, level, along, dx + row * columns, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TLanes>(
        float* outer, float* input, float* mean, float* scale, float* bias, float* level, float* along, float* output, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> factor = TLanes.Load(scale + j, remaining);
            Vector256<float> centred = TLanes.Load(input + j, remaining) - TLanes.Load(mean + j, remaining);
            TActivation.Evaluate(Functions.MultiplyAdd(centred, factor, TLanes.Load(bias + j, remaining)), out _, out Vector256<float> slope);
            Vector256<float> gradient = TLanes.Load(outer + j, remaining) * slope;
            Vector256<float> distance = Functions.MultiplyAdd(centred, TLanes.Load(along + j, remaining), TLanes.Load(level + j, remaining));
            TLanes.Store(output + j, factor * (gradient - distance), remaining);
        }
    }
}
