namespace Deit.Operators.Kernels;

/// <summary>Where the kernel of a convolution stands for each pixel that is made, and where that pixel is written.</summary>
internal readonly record struct ConvolutionWindow
{
    /// <summary>Lines of the input.</summary>
    public required int Height { get; init; }

    /// <summary>Pixels of a line of the input.</summary>
    public required int Width { get; init; }

    /// <summary>Lines of the kernel.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>Pixels of a line of the kernel.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>The line of the input that the kernel's first one is on at first; negative above the image.</summary>
    public required int Top { get; init; }

    /// <summary>The pixel of a line that the kernel's first one is on at first; negative left of the image.</summary>
    public required int Left { get; init; }

    /// <summary>Pixels from one place of the kernel to the next, in both directions.</summary>
    public required int Stride { get; init; }

    /// <summary>Lines that are made.</summary>
    public required int Lines { get; init; }

    /// <summary>Pixels of a line that are made.</summary>
    public required int Columns { get; init; }

    /// <summary>Pixels of an image of the output.</summary>
    public required int OutputPixels { get; init; }

    /// <summary>Pixels of a line of the output.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>The pixel of the output that is made first.</summary>
    public int FirstPixel { get; init; }

    /// <summary>Pixels of the output from one that is made to the next, in both directions.</summary>
    public int Step { get; init; }

    /// <summary>Whether what is made is all of the output.</summary>
    public bool IsWhole => Step == 1;

    /// <summary>Pixels that are made of an image.</summary>
    public int Pixels => Lines * Columns;

    /// <summary>Pixels of a line of the input, and beyond it, that the kernel visits.</summary>
    public int VisitedWidth => (Columns - 1) * Stride + KernelWidth;

    /// <summary>A convolution.</summary>
    public static ConvolutionWindow Of(ConvolutionGeometry geometry) => new()
    {
        Height = geometry.Height,
        Width = geometry.Width,
        KernelHeight = geometry.Kernel,
        KernelWidth = geometry.Kernel,
        Top = -geometry.Padding,
        Left = -geometry.Padding,
        Stride = geometry.Stride,
        Lines = geometry.OutputHeight,
        Columns = geometry.OutputWidth,
        OutputPixels = geometry.OutputPixels,
        OutputWidth = geometry.OutputWidth,
        Step = 1,
    };

    /// <summary>
    /// The gradient of the input of a convolution, for every stride-th pixel: the convolution of the output's gradient with those taps,
    /// mirrored, that reach such pixels.
    /// </summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="down">The taps from top to bottom, which say the first line too.</param>
    /// <param name="across">The taps from left to right.</param>
    public static ConvolutionWindow Gradient(ConvolutionGeometry geometry, MirroredTaps down, MirroredTaps across) => new()
    {
        Height = geometry.OutputHeight,
        Width = geometry.OutputWidth,
        KernelHeight = down.Count,
        KernelWidth = across.Count,
        Top = down.Start,
        Left = across.Start,
        Stride = 1,
        Lines = (geometry.Height - down.First + geometry.Stride - 1) / geometry.Stride,
        Columns = (geometry.Width - across.First + geometry.Stride - 1) / geometry.Stride,
        OutputPixels = geometry.Pixels,
        OutputWidth = geometry.Width,
        FirstPixel = down.First * geometry.Width + across.First,
        Step = geometry.Stride,
    };
}
