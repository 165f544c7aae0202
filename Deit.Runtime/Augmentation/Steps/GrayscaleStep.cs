using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Makes images grey with some probability.</summary>
internal sealed class GrayscaleStep(double probability) : IImageStep
{
    /// <inheritdoc/>
    public void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        if (key.Stream(AugmentationPurpose.Grayscale).NextDouble() >= probability) return;
        Enhance.Grayscale(image);
        drawn?.Add("grey");
    }
}
