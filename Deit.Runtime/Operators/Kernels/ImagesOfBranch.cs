using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>Layer norm of the images that a branch keeps: read where they are, written packed.</summary>
internal readonly unsafe struct LayerNormOfKept(
    long* images, float* x, float* weight, float* bias, float epsilon, float* y, float* mean, float* inverseDeviation, long rows, long columns)
    : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long k = begin; k < end; k++)
        {
            long first = k * rows;
            new LayerNormRows(
                x + images[k] * rows * columns, weight, bias, epsilon, y + first * columns, mean + first, inverseDeviation + first, null, null, columns).Run(0, rows);
        }
    }
}

/// <summary>y = x + factor · shift, the factor that of the row's image.</summary>
internal readonly unsafe struct ShiftByImage(float* x, float* factors, float* shift, float* y, long rows, long columns) : IRangeBody
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long begin, long end)
    {
        for (long row = begin; row < end; row++)
        {
            Vector256<float> factor = Vector256.Create(factors[row / rows]);
            float* from = x + row * columns;
            float* to = y + row * columns;
            for (long j = 0; j < columns; j += Lanes.Count)
            {
                Lanes.Store(to + j, Functions.MultiplyAdd(factor, Lanes.Load(shift + j, columns - j), Lanes.Load(from + j, columns - j)), columns - j);
            }
        }
    }
}

/// <summary>packed = scale · x, of the images that are kept.</summary>
internal readonly unsafe struct TakeImages(long* images, float* x, float* packed, float scale, long elements) : IRangeBody
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long begin, long end)
    {
        Vector256<float> factor = Vector256.Create(scale);
        for (long k = begin; k < end; k++)
        {
            float* from = x + images[k] * elements;
            float* to = packed + k * elements;
            for (long j = 0; j < elements; j += Lanes.Count) Lanes.Store(to + j, factor * Lanes.Load(from + j, elements - j), elements - j);
        }
    }
}

/// <summary>x += scale · packed, in the images that are kept.</summary>
internal readonly unsafe struct AddImages(long* images, float* packed, float* x, float scale, long elements) : IRangeBody
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long begin, long end)
    {
        Vector256<float> factor = Vector256.Create(scale);
        for (long k = begin; k < end; k++)
        {
            float* from = packed + k * elements;
            float* to = x + images[k] * elements;
            for (long j = 0; j < elements; j += Lanes.Count)
            {
                long remaining = elements - j;
                Lanes.Store(to + j, Functions.MultiplyAdd(factor, Lanes.Load(from + j, remaining), Lanes.Load(to + j, remaining)), remaining);
            }
        }
    }
}
