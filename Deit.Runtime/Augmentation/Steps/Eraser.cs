using System.Globalization;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Random erasing (Zhong et al., arXiv 1708.04896) with timm's bounds: covers rectangles of a normalised image.</summary>
internal sealed class Eraser(double probability, ErasingMode mode, int mostRectangles)
{
    private const int Attempts = 10;
    private const double LeastArea = 0.02;
    private const double GreatestArea = 1.0 / 3;
    private const double LeastAspect = 0.3;

    /// <summary>Covers rectangles of an image.</summary>
    /// <param name="image">3 x height x width normalised values (CHW).</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="key">What the draws depend on.</param>
    /// <param name="drawn">Takes what was drawn, in words; null where nobody asks.</param>
    public void Apply(Span<float> image, int height, int width, in SampleKey key, ICollection<string>? drawn)
    {
        RandomStream random = key.Stream(AugmentationPurpose.Erasing);
        if (random.NextDouble() >= probability) return;
        RandomStream noise = key.Stream(AugmentationPurpose.ErasedPixels);
        int count = 1 + random.NextInt(mostRectangles);
        for (int i = 0; i < count; i++)
        {
            if (Draw(height, width, count, random) is not { } box) continue;
            Cover(image, height, width, box, noise);
            drawn?.Add(string.Create(CultureInfo.InvariantCulture, $"erased {box.Width}x{box.Height}"));
        }
    }

    /// <summary>One of several rectangles, which share the area; null in the rare case that ten tries are too long.</summary>
    internal static PixelBox? Draw(int height, int width, int count, RandomStream random)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = random.NextUniform(LeastArea, GreatestArea) * height * width / count;

            // Uniform in the logarithm: as likely tall as wide.
            double aspect = Math.Exp(random.NextUniform(Math.Log(LeastAspect), -Math.Log(LeastAspect)));
            int tall = (int)Math.Round(Math.Sqrt(area * aspect));
            int wide = (int)Math.Round(Math.Sqrt(area / aspect));
            if (tall < height && wide < width) return new(random.NextInt(width - wide + 1), random.NextInt(height - tall + 1), wide, tall);
        }

        return null;
    }

    private void Cover(Span<float> image, int height, int width, PixelBox box, RandomStream noise)
    {
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            Span<float> plane = image.Slice(channel * height * width, height * width);
            float colour = mode == ErasingMode.Rand ? (float)noise.NextGaussian() : 0;
            for (int y = box.Top; y < box.Top + box.Height; y++)
            {
                Span<float> row = plane.Slice((y * width) + box.Left, box.Width);
                if (mode == ErasingMode.Pixel) NormalNoise.Fill(row, noise);
                else row.Fill(colour);
            }
        }
    }
}
