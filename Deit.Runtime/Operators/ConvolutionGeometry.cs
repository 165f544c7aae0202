namespace Deit.Operators;

/// <summary>The sizes of a two-dimensional convolution with square kernels, the same stride and zero padding on all sides.</summary>
/// <param name="Height">Pixels of the input from top to bottom.</param>
/// <param name="Width">Pixels of the input from left to right.</param>
/// <param name="Kernel">Pixels of the kernel in each direction.</param>
/// <param name="Stride">Pixels from one place of the kernel to the next.</param>
/// <param name="Padding">Zeros on each side.</param>
/// <param name="Groups">Into how many groups the channels are divided, each convolved for itself.</param>
public readonly record struct ConvolutionGeometry(int Height, int Width, int Kernel, int Stride, int Padding, int Groups)
{
    /// <summary>Pixels of the output from top to bottom.</summary>
    public int OutputHeight => (Height + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Pixels of the output from left to right.</summary>
    public int OutputWidth => (Width + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Pixels of an image of the input.</summary>
    public int Pixels => Height * Width;

    /// <summary>Pixels of an image of the output.</summary>
    public int OutputPixels => OutputHeight * OutputWidth;
}
