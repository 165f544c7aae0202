using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Mirrors images with some probability.</summary>
/// <param name="purpose">An <see cref="AugmentationPurpose"/>.</param>
/// <param name="probability">The probability.</param>
/// <param name="name">What to say of it.</param>
/// <param name="flip">Mirrors an image.</param>
internal sealed class FlipStep(int purpose, double probability, string name, Action<RgbImage> flip) : IImageStep
{
    /// <inheritdoc/>
    public void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        if (key.Stream(purpose).NextDouble() >= probability) return;
        flip(image);
        drawn?.Add(name);
    }
}
