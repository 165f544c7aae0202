using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Blurs images with some probability, as timm has torchvision do: a kernel of 23 pixels, 0.1 to 2 pixels wide.</summary>
internal sealed class GaussianBlurStep(double probability) : IImageStep
{
    private const int KernelSize = 23;
    private const double LeastDeviation = 0.1;
    private const double GreatestDeviation = 2;

    /// <inheritdoc/>
    public void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        RandomStream random = key.Stream(AugmentationPurpose.GaussianBlur);
        if (random.NextDouble() >= probability) return;
        double deviation = random.NextUniform(LeastDeviation, GreatestDeviation);
        TorchGaussian.Apply(image, KernelSize, deviation);
        drawn?.Add(Drawn.Text("blur", deviation));
    }
}
