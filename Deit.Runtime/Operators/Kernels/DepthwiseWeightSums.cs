using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>The gradient of the kernels of a depthwise convolution, summed over lines of the output; taps one after another, the channels of each side by side.</summary>
internal readonly unsafe struct DepthwiseWeightSums(float* dy, float* x, ConvolutionGeometry geometry, long columns) : IReductionBody
{
    /// <summary>Pixels that are summed up in registers before their sum is added: their lines stay in the cache for all taps.</summary>
    private const int Block = 16;

    /// <inheritdoc/>
    public void Run(long begin, long end, float* sums)
    {
        for (long line = begin; line < end; line++)
        {
            (long image, long outputY) = Math.DivRem(line, geometry.OutputHeight);
            int top = (int)outputY * geometry.Stride - geometry.Padding;
            TapRange down = TapRange.At(top, geometry.Kernel, geometry.Height);
            for (int first = 0; first < geometry.OutputWidth; first += Block)
            {
                for (int tapY = down.First; tapY < down.End; tapY++)
                {
                    Taps(line, (image * geometry.Height + top + tapY) * geometry.Width, first, sums + tapY * geometry.Kernel * columns);
                }
            }
        }
    }

    private void Taps(long outputLine, long inputLine, int first, float* sums)
    {
        int stride = geometry.Stride;
        for (int tap = 0; tap < geometry.Kernel; tap++)
        {
            // Pixels p of the block for which p * stride - padding + tap lies on the image.
            int begin = Math.Max(first, (geometry.Padding - tap + stride - 1) / stride);
            int end = Math.Min(Math.Min(first + Block, geometry.OutputWidth), (geometry.Width - 1 + geometry.Padding - tap) / stride + 1);
            if (begin >= end) continue;

            float* outer = dy + (outputLine * geometry.OutputWidth + begin) * columns;
            float* inner = x + (inputLine + begin * stride - geometry.Padding + tap) * columns;
            if (Lanes.AreWhole(columns)) Sum<WholeVectors>(outer, inner, stride * columns, end - begin, sums + tap * columns, columns);
            else Sum<AnyColumns>(outer, inner, stride * columns, end - begin, sums + tap * columns, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TLanes>(float* dy, float* x, long pixelStride, int pixels, float* sums, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> even = TLanes.Load(sums + j, remaining);
            Vector256<float> odd = default;
            float* outer = dy + j;
            float* inner = x + j;
            int pixel = 0;
            for (; pixel + 2 <= pixels; pixel += 2)
            {
                even = Functions.MultiplyAdd(TLanes.Load(outer, remaining), TLanes.Load(inner, remaining), even);
                odd = Functions.MultiplyAdd(TLanes.Load(outer + columns, remaining), TLanes.Load(inner + pixelStride, remaining), odd);
                outer += 2 * columns;
                inner += 2 * pixelStride;
            }

            if (pixel < pixels) even = Functions.MultiplyAdd(TLanes.Load(outer, remaining), TLanes.Load(inner, remaining), even);
            TLanes.Store(sums + j, even + odd, remaining);
        }
    }
}
