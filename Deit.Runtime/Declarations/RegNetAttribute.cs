namespace Deit;

/// <summary>
/// Declares a RegNetY, or without squeeze-and-excitation a RegNetX (Radosavovic et al., arXiv 2003.13678). The stages are
/// stated by <see cref="Depths"/> and <see cref="Widths"/>, or by the design space's numbers. The generator completes the
/// partial class it stands on.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class RegNetAttribute : VisionModelAttribute
{
    /// <summary>Number of channels after the stem; 32 by default.</summary>
    public int StemWidth { get; set; } = 32;

    /// <summary>Number of blocks of each stage.</summary>
    public int[] Depths { get; set; } = [];

    /// <summary>Number of channels of each stage.</summary>
    public int[] Widths { get; set; } = [];

    /// <summary>Design space: width of the first block (equation 2); a multiple of 8.</summary>
    public int W0 { get; set; }

    /// <summary>Design space: slope of the widths (equation 2).</summary>
    public double Wa { get; set; }

    /// <summary>Design space: ratio of the widths of neighbouring stages (equation 3); greater than 1.</summary>
    public double Wm { get; set; }

    /// <summary>Design space: number of blocks of all stages together.</summary>
    public int Depth { get; set; }

    /// <summary>Number of channels in a group of a block's 3×3 convolution. Required.</summary>
    public int GroupWidth { get; set; }

    /// <summary>Width of squeeze-and-excitation relative to a block's input, 0.25 by default; 0 leaves it out.</summary>
    public double SeRatio { get; set; } = 0.25;
}
