using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>
/// Layer norm of rows: a row is read from memory once, its statistics and its output are made from the cache. Without a weight nothing follows
/// the division; statistics are kept where there is a place for them.
/// </summary>
internal readonly unsafe struct LayerNormRows(
    float* x, float* weight, float* bias, float epsilon, float* y, float* mean, float* inverseDeviation, float* shift, float* shifted, long columns)
    : IRangeBody
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
            float* input = x + row * columns;
            Measure<TLanes>(input, columns, epsilon, out float centre, out float scale);
            if (weight == null) Normalize<TLanes>(input, centre, scale, y + row * columns, columns);
            else Normalize<TLanes>(input, centre, scale, weight, bias, y + row * columns, columns);
            if (mean != null) (mean[row], inverseDeviation[row]) = (centre, scale);
            if (shifted != null) Shift<TLanes>(input, shift, shifted + row * columns, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Measure<TLanes>(float* input, long columns, float epsilon, out float mean, out float inverseDeviation)
        where TLanes : IRowLanes
    {
        Vector256<float> sum = default;
        for (long j = 0; j < columns; j += Lanes.Count) sum += TLanes.Load(input + j, columns - j);
        mean = Vector256.Sum(sum) / columns;

        Vector256<float> centre = Vector256.Create(mean);
        Vector256<float> squares = default;
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            Vector256<float> centred = TLanes.Keep(TLanes.Load(input + j, columns - j) - centre, columns - j);
            squares = Functions.MultiplyAdd(centred, centred, squares);
        }

        inverseDeviation = 1 / MathF.Sqrt(Vector256.Sum(squares) / columns + epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize<TLanes>(float* input, float mean, float inverseDeviation, float* weight, float* bias, float* output, long columns)
        where TLanes : IRowLanes
    {
        Vector256<float> centre = Vector256.Create(mean);
        Vector256<float> scale = Vector256.Create(inverseDeviation);
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> normalized = (TLanes.Load(input + j, remaining) - centre) * scale;
            TLanes.Store(output + j, Functions.MultiplyAdd(normalized, TLanes.Load(weight + j, remaining), TLanes.Load(bias + j, remaining)), remaining);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize<TLanes>(float* input, float mean, float inverseDeviation, float* output, long columns)
        where TLanes : IRowLanes
    {
        Vector256<float> centre = Vector256.Create(mean);
        Vector256<float> scale = Vector256.Create(inverseDeviation);
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            TLanes.Store(output + j, (TLanes.Load(input + j, columns - j) - centre) * scale, columns - j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Shift<TLanes>(float* input, float* shift, float* output, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            TLanes.Store(output + j, TLanes.Load(input + j, columns - j) + TLanes.Load(shift + j, columns - j), columns - j);
        }
    }
}

/// <summary>
/// The gradients of layer norm: with h the normalised row and g = dy · weight, dx = inverse deviation · (g - mean(g) - h mean(g h)). The sums
/// are those of dy · h, of dy and of dx over the rows, one after the other.
/// </summary>
internal readonly unsafe struct LayerNormGradientRows(
    float* dy, float* x, float* mean, float* inverseDeviation, float* weight, float* dx, float* residual, long columns) : IReductionBody
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
            long first = row * columns;
            Row<TLanes>(
                dy + first, x + first, mean[row], inverseDeviation[row], weight, dx + first, residual == null ? null : residual + first,
                sums, sums + columns, sums + 2 * columns, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TLanes>(
        float* gradient, float* input, float mean, float inverseDeviation, float* weight, float* output, float* past,
        float* ofWeight, float* ofBias, float* ofInput, long columns)
        where TLanes : IRowLanes
    {
        Vector256<float> centre = Vector256.Create(mean);
        Vector256<float> scale = Vector256.Create(inverseDeviation);
        Vector256<float> level = default;
        Vector256<float> along = default;
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> outer = TLanes.Load(gradient + j, remaining);
            Vector256<float> normalized = (TLanes.Load(input + j, remaining) - centre) * scale;
            Vector256<float> inner = outer * TLanes.Load(weight + j, remaining);
            level += inner;
            along = Functions.MultiplyAdd(inner, normalized, along);
            TLanes.Store(ofWeight + j, Functions.MultiplyAdd(outer, normalized, TLanes.Load(ofWeight + j, remaining)), remaining);
            TLanes.Store(ofBias + j, outer + TLanes.Load(ofBias + j, remaining), remaining);
        }

        Vector256<float> meanLevel = Vector256.Create(Vector256.Sum(level) / columns);
        Vector256<float> meanAlong = Vector256.Create(Vector256.Sum(along) / columns);
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> normalized = (TLanes.Load(input + j, remaining) - centre) * scale;
            Vector256<float> inner = TLanes.Load(gradient + j, remaining) * TLanes.Load(weight + j, remaining);
            Vector256<float> result = scale * (inner - meanLevel - normalized * meanAlong);
            if (past != null) result += TLanes.Load(past + j, remaining);
            TLanes.Store(output + j, result, remaining);
            TLanes.Store(ofInput + j, result + TLanes.Load(ofInput + j, remaining), remaining);
        }
    }
}
