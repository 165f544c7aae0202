using Deit.Data;

namespace Deit.Augmentation;

/// <summary>torchvision's <c>ColorJitter</c>: factors drawn uniformly, applied in an order that is drawn, too.</summary>
internal sealed class ColorJitterStep(ColorJitterOptions options, double probability) : IImageStep
{
    private const int Brightness = 0;
    private const int Contrast = 1;
    private const int Saturation = 2;
    private const int Kinds = 4;

    /// <inheritdoc/>
    public void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        RandomStream random = key.Stream(AugmentationPurpose.ColorJitter);
        if (random.NextDouble() >= probability) return;

        // Everything is drawn whatever is on, so that switching one on leaves the others as they were.
        Span<int> order = [0, 1, 2, 3];
        for (int last = Kinds - 1; last > 0; last--)
        {
            int other = random.NextInt(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        double brightness = Factor(random, options.Brightness);
        double contrast = Factor(random, options.Contrast);
        double saturation = Factor(random, options.Saturation);
        double hue = random.NextUniform(-options.Hue, options.Hue);
        foreach (int kind in order)
        {
            switch (kind)
            {
                case Brightness:
                    Change(image, options.Brightness, Enhance.Brightness, "brightness", brightness, drawn);
                    break;
                case Contrast:
                    Change(image, options.Contrast, Enhance.Contrast, "contrast", contrast, drawn);
                    break;
                case Saturation:
                    Change(image, options.Saturation, Enhance.Color, "saturation", saturation, drawn);
                    break;
                default:
                    Change(image, options.Hue, HueShift.Apply, "hue", hue, drawn);
                    break;
            }
        }
    }

    private static double Factor(RandomStream random, double strength) => random.NextUniform(Math.Max(0, 1 - strength), 1 + strength);

    private static void Change(
        RgbImage image, double strength, Action<RgbImage, double> change, string name, double value, ICollection<string>? drawn)
    {
        if (strength == 0) return;
        change(image, value);
        drawn?.Add(Drawn.Text(name, value));
    }
}
