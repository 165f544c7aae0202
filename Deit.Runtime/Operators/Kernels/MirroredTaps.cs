namespace Deit.Operators.Kernels;

/// <summary>In one direction, the taps of a kernel that reach every stride-th pixel of a convolution's input, the last one first.</summary>
/// <param name="geometry">The convolution.</param>
/// <param name="first">The first of the pixels; less than the stride.</param>
internal readonly struct MirroredTaps(ConvolutionGeometry geometry, int first)
{
    private readonly int _stride = geometry.Stride;
    private readonly int _least = (first + geometry.Padding) % geometry.Stride;

    /// <summary>The first of the pixels.</summary>
    public int First { get; } = first;

    /// <summary>How many there are: at least one where the kernel is not smaller than the stride.</summary>
    public int Count => (Kernel - 1 - _least) / _stride + 1;

    /// <summary>The pixel of the output that the last tap leads from to the first pixel; negative left of the image.</summary>
    public int Start => (First + Padding - this[0]) / _stride;

    private int Kernel { get; } = geometry.Kernel;

    private int Padding { get; } = geometry.Padding;

    /// <summary>A tap, from the last one.</summary>
    public int this[int index] => _least + (Count - 1 - index) * _stride;
}
