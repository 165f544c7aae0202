using Deit.Data;

namespace Deit.Augmentation;

/// <summary>What operators that turn, shear and move need beside their argument.</summary>
/// <param name="Interpolation">Nearest, bilinear or bicubic.</param>
/// <param name="Fill">The colour of what comes from outside of the image.</param>
public readonly record struct OperatorSettings(ResamplingFilter Interpolation, RgbColor Fill)
{
    /// <summary>Bicubic, and the mean colour of ImageNet.</summary>
    public static OperatorSettings Default { get; } = new(ResamplingFilter.Bicubic, new(124, 116, 104));
}
