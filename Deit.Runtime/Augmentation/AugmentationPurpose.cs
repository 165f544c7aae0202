using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// What a step of <see cref="TrainingTransform"/> draws for (see <see cref="RandomPurpose"/>): each step has a stream of its own, so
/// that switching one on leaves the draws of all others as they were. 32 to 47 belong to this namespace.
/// </summary>
internal static class AugmentationPurpose
{
    /// <summary>Where the image is cut.</summary>
    public const int Crop = 32;

    /// <summary>Which filter resizes it.</summary>
    public const int Interpolation = 33;

    /// <summary>Whether it is mirrored, left for right.</summary>
    public const int HorizontalFlip = 34;

    /// <summary>Whether it is mirrored, top for bottom.</summary>
    public const int VerticalFlip = 35;

    /// <summary>The policy's operators, their magnitudes and filters.</summary>
    public const int Policy = 36;

    /// <summary>The colour jitter's factors and their order.</summary>
    public const int ColorJitter = 37;

    /// <summary>Whether it becomes grey.</summary>
    public const int Grayscale = 38;

    /// <summary>Whether it is blurred, and how far.</summary>
    public const int GaussianBlur = 39;

    /// <summary>Which rectangles are covered.</summary>
    public const int Erasing = 40;

    /// <summary>What covers them.</summary>
    public const int ErasedPixels = 41;
}
