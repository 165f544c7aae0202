using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>Lines of the gradient of the input of a depthwise convolution with a stride: of the kernel's taps, those that met the pixel.</summary>
internal readonly unsafe struct DepthwiseGradientLines(float* dy, float* taps, float* dx, ConvolutionGeometry geometry, long columns) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long line = begin; line < end; line++)
        {
            NativeMemory.Clear(dx + line * geometry.Width * columns, (nuint)(geometry.Width * columns * sizeof(float)));
            (long image, long inputY) = Math.DivRem(line, geometry.Height);
            for (int tapY = 0; tapY < geometry.Kernel; tapY++)
            {
                (long outputY, long rest) = Math.DivRem(inputY + geometry.Padding - tapY, geometry.Stride);
                if (rest == 0 && outputY >= 0 && outputY < geometry.OutputHeight) AddLine(line, image * geometry.OutputHeight + outputY, tapY);
            }
        }
    }

    /// <summary>Adds what a line of the output gives to a line of the input, tap by tap: pixels of the output are as far apart in it as the stride.</summary>
    private void AddLine(long inputLine, long outputLine, int tapY)
    {
        for (int pixel = 0; pixel < geometry.OutputWidth; pixel++)
        {
            int left = pixel * geometry.Stride - geometry.Padding;
            TapRange across = TapRange.At(left, geometry.Kernel, geometry.Width);
            float* outer = dy + (outputLine * geometry.OutputWidth + pixel) * columns;
            float* inner = dx + (inputLine * geometry.Width + left + across.First) * columns;
            float* weights = taps + (tapY * geometry.Kernel + across.First) * columns;
            if (Lanes.AreWhole(columns)) AddPixel<WholeVectors>(outer, weights, across.End - across.First, inner, columns);
            else AddPixel<AnyColumns>(outer, weights, across.End - across.First, inner, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPixel<TLanes>(float* dy, float* taps, int count, float* dx, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            Vector256<float> gradient = TLanes.Load(dy + j, remaining);
            float* target = dx + j;
            float* weight = taps + j;
            for (int tap = 0; tap < count; tap++)
            {
                TLanes.Store(target, Functions.MultiplyAdd(gradient, TLanes.Load(weight, remaining), TLanes.Load(target, remaining)), remaining);
                target += columns;
                weight += columns;
            }
        }
    }
}
