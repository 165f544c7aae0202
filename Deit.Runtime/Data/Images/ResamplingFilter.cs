namespace Deit.Data;

/// <summary>The filters of a resize, as Pillow has them. All but <see cref="Nearest"/> widen with the factor an image shrinks by.</summary>
public enum ResamplingFilter
{
    /// <summary>The closest pixel, without a filter.</summary>
    Nearest,

    /// <summary>The mean of the pixels below.</summary>
    Box,

    /// <summary>A triangle, one pixel to either side.</summary>
    Bilinear,

    /// <summary>A sinc under a Hamming window, one pixel to either side.</summary>
    Hamming,

    /// <summary>Keys' cubic convolution with a = -0.5, two pixels to either side.</summary>
    Bicubic,

    /// <summary>A sinc under a sinc window, three pixels to either side.</summary>
    Lanczos,
}
