using Deit.Data;

namespace Deit.Augmentation;

/// <summary>A step of <see cref="TrainingTransform"/> between the crop and normalisation. It has no state: threads share one.</summary>
internal interface IImageStep
{
    /// <summary>Changes an image, or puts another in its place.</summary>
    /// <param name="image">An image of the transform's own.</param>
    /// <param name="key">What the draws depend on.</param>
    /// <param name="drawn">Takes what was drawn, in words; null where nobody asks.</param>
    void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn);
}
