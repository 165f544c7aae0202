namespace Deit.Operators.Kernels;

/// <summary>
/// The gradients of convolutions in which every channel has a kernel of its own (Howard et al., arXiv 1704.04861), channels last: a vector
/// holds eight channels of a pixel, and the tap's weights of the same channels are multiplied with it.
/// </summary>
internal static unsafe class Depthwise
{
    /// <summary>Whether a convolution is one.</summary>
    public static bool Is(Matrix x, Matrix y, ConvolutionGeometry geometry) =>
        x.OnHost && geometry.Groups == x.Columns && x.Columns == y.Columns && geometry.Padding < geometry.Kernel;

    /// <summary>The gradients.</summary>
    public static void Backward(Matrix dy, Matrix x, Matrix weight, ConvolutionGeometry geometry, Matrix dx, Matrix dWeight)
    {
        WeightGradient(dy, x, geometry, dWeight);
        long images = x.Rows / geometry.Pixels;
        if (geometry.Stride == 1)
        {
            // The convolution of dy with the mirrored kernels.
            var mirrored = new ConvolutionGeometry(
                geometry.OutputHeight, geometry.OutputWidth, geometry.Kernel, 1, geometry.Kernel - 1 - geometry.Padding, geometry.Groups);
            NativeParallel.For(images * geometry.Height, 1, new DepthwiseLines(
                dy.Pointer, Taps(weight, isMirrored: true), null, dx.Pointer, mirrored, x.Columns, default));
            return;
        }

        NativeParallel.For(images * geometry.Height, 1, new DepthwiseGradientLines(dy.Pointer, Taps(weight, isMirrored: false), dx.Pointer, geometry, x.Columns));
    }

    /// <summary>The gradient of the kernels.</summary>
    public static void WeightGradient(Matrix dy, Matrix x, ConvolutionGeometry geometry, Matrix dWeight)
    {
        long taps = dWeight.Columns;
        long lines = x.Rows / geometry.Pixels * geometry.OutputHeight;
        float* sums = Reduction.Run(lines, 1, taps * x.Columns, new DepthwiseWeightSums(dy.Pointer, x.Pointer, geometry, x.Columns));
        for (long channel = 0; channel < x.Columns; channel++)
        {
            for (long tap = 0; tap < taps; tap++) dWeight.Pointer[channel * taps + tap] = sums[tap * x.Columns + channel];
        }
    }

    /// <summary>The weights in the order of taps, the channels of each side by side.</summary>
    private static float* Taps(Matrix weight, bool isMirrored)
    {
        long count = weight.Columns;
        float* taps = Scratch.OfScale(weight.Count);
        for (long channel = 0; channel < weight.Rows; channel++)
        {
            for (long tap = 0; tap < count; tap++)
            {
                taps[(isMirrored ? count - 1 - tap : tap) * weight.Rows + channel] = weight.Pointer[channel * count + tap];
            }
        }

        return taps;
    }
}
