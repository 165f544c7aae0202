namespace Deit;

/// <summary>
/// Declares an EfficientNet (Tan and Le, arXiv 1905.11946): EfficientNet-B0, scaled in width and depth. The generator completes
/// the partial class it stands on.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EfficientNetAttribute : VisionModelAttribute
{
    /// <summary>The step of the first convolution: 2, the default, halves the image; 1 keeps the resolution of small ones.</summary>
    public int StemStride { get; set; } = 2;

    /// <summary>Channels of every layer, in those of EfficientNet-B0; 1 by default. They are rounded to multiples of 8.</summary>
    public double WidthMultiplier { get; set; } = 1;

    /// <summary>Blocks of every stage, in those of EfficientNet-B0; 1 by default. They are rounded up.</summary>
    public double DepthMultiplier { get; set; } = 1;

    /// <summary>Width of squeeze-and-excitation relative to a block's input, 0.25 by default; 0 leaves it out.</summary>
    public double SeRatio { get; set; } = 0.25;
}
