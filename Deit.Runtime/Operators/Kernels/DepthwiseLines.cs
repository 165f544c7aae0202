using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>Lines of the output of a depthwise convolution: inside an image eight pixels at a time, at its borders one.</summary>
/// <param name="x">The input.</param>
/// <param name="taps">The weights in the order of taps, the channels of each side by side.</param>
/// <param name="bias">What the sums begin with; null for zeros.</param>
/// <param name="y">The output.</param>
/// <param name="geometry">The sizes.</param>
/// <param name="columns">How many channels.</param>
/// <param name="epilogue">What happens to a line while it is in the cache.</param>
internal readonly unsafe struct DepthwiseLines(
    float* x, float* taps, float* bias, float* y, ConvolutionGeometry geometry, long columns, Epilogue epilogue) : IRangeBody
{
    private const int PixelsAtOnce = 8;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long line = begin; line < end; line++)
        {
            if (Lanes.AreWhole(columns)) Line<WholeVectors>(line);
            else Line<AnyColumns>(line);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Line<TLanes>(long line)
        where TLanes : IRowLanes
    {
        (long image, long outputY) = Math.DivRem(line, geometry.OutputHeight);
        int top = (int)outputY * geometry.Stride - geometry.Padding;
        TapRange down = TapRange.At(top, geometry.Kernel, geometry.Height);
        float* output = y + line * geometry.OutputWidth * columns;
        for (int pixel = 0; pixel < geometry.OutputWidth;)
        {
            int left = pixel * geometry.Stride - geometry.Padding;
            int right = left + (PixelsAtOnce - 1) * geometry.Stride + geometry.Kernel;
            bool areInside = left >= 0 && right <= geometry.Width && pixel + PixelsAtOnce <= geometry.OutputWidth;
            TapRange across = areInside ? new(0, geometry.Kernel) : TapRange.At(left, geometry.Kernel, geometry.Width);
            float* input = x + ((image * geometry.Height + top + down.First) * geometry.Width + left + across.First) * columns;
            float* weights = taps + (down.First * geometry.Kernel + across.First) * columns;
            int height = down.End - down.First;
            int width = across.End - across.First;
            if (areInside)
            {
                Eight<TLanes>(input, geometry.Width * columns, geometry.Stride * columns, weights, height, width, bias, epilogue.Residual(line * geometry.OutputWidth + pixel, 0), output + pixel * columns, columns);
                pixel += PixelsAtOnce;
            }
            else
            {
                One<TLanes>(input, geometry.Width * columns, weights, geometry.Kernel * columns, height, width, bias, epilogue.Residual(line * geometry.OutputWidth + pixel, 0), output + pixel * columns, columns);
                pixel++;
            }
        }

        epilogue.Activate(output, geometry.OutputWidth * columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<TLanes>(
        float* x, long lineStride, long pixelStride, float* taps, int height, int width, float* bias, float* onto, float* y, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> sum0 = Begin<TLanes>(bias, onto, j, 0, columns), sum1 = Begin<TLanes>(bias, onto, j, 1, columns);
            Vector256<float> sum2 = Begin<TLanes>(bias, onto, j, 2, columns), sum3 = Begin<TLanes>(bias, onto, j, 3, columns);
            Vector256<float> sum4 = Begin<TLanes>(bias, onto, j, 4, columns), sum5 = Begin<TLanes>(bias, onto, j, 5, columns);
            Vector256<float> sum6 = Begin<TLanes>(bias, onto, j, 6, columns), sum7 = Begin<TLanes>(bias, onto, j, 7, columns);
            float* weight = taps + j;
            for (int line = 0; line < height; line++)
            {
                float* pixel = x + line * lineStride + j;
                for (int tap = 0; tap < width; tap++)
                {
                    Vector256<float> factor = TLanes.Load(weight, remaining);
                    sum0 = Functions.MultiplyAdd(factor, TLanes.Load(pixel, remaining), sum0);
                    sum1 = Functions.MultiplyAdd(factor, TLanes.Load(pixel + pixelStride, remaining), sum1);
                    sum2 = Functions.MultiplyAdd(factor, TLanes.Load(pixel + 2 * pixelStride, remaining), sum2);
                    sum3 = Functions.MultiplyAdd(factor, TLanes.Load(pixel + 3 * pixelStride, remaining), sum3);
                    float* fifth = pixel + 4 * pixelStride;
                    sum4 = Functions.MultiplyAdd(factor, TLanes.Load(fifth, remaining), sum4);
                    sum5 = Functions.MultiplyAdd(factor, TLanes.Load(fifth + pixelStride, remaining), sum5);
                    sum6 = Functions.MultiplyAdd(factor, TLanes.Load(fifth + 2 * pixelStride, remaining), sum6);
                    sum7 = Functions.MultiplyAdd(factor, TLanes.Load(fifth + 3 * pixelStride, remaining), sum7);
                    pixel += columns;
                    weight += columns;
                }
            }

            float* output = y + j;
            TLanes.Store(output, sum0, remaining);
            TLanes.Store(output += columns, sum1, remaining);
            TLanes.Store(output += columns, sum2, remaining);
            TLanes.Store(output += columns, sum3, remaining);
            TLanes.Store(output += columns, sum4, remaining);
            TLanes.Store(output += columns, sum5, remaining);
            TLanes.Store(output += columns, sum6, remaining);
            TLanes.Store(output + columns, sum7, remaining);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<TLanes>(
        float* x, long lineStride, float* taps, long tapLineStride, int height, int width, float* bias, float* onto, float* y, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> sum = Begin<TLanes>(bias, onto, j, 0, columns);
            for (int line = 0; line < height; line++)
            {
                float* pixel = x + line * lineStride + j;
                float* weight = taps + line * tapLineStride + j;
                for (int tap = 0; tap < width; tap++)
                {
                    sum = Functions.MultiplyAdd(TLanes.Load(weight, remaining), TLanes.Load(pixel, remaining), sum);
                    pixel += columns;
                    weight += columns;
                }
            }

            TLanes.Store(y + j, sum, remaining);
        }
    }

    /// <summary>What the sum of a pixel begins with: the bias and the residual, which the output may overwrite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Begin<TLanes>(float* bias, float* onto, long column, long pixel, long columns)
        where TLanes : IRowLanes
    {
        Vector256<float> sum = bias == null ? default : TLanes.Load(bias + column, columns - column);
        return onto == null ? sum : sum + TLanes.Load(onto + pixel * columns + column, columns - column);
    }
}
