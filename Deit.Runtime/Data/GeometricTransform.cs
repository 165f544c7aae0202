using Deit.Augmentation;

namespace Deit.Data;

/// <summary>What happens to one training image: first the shift, then the flip, then the erasing.</summary>
/// <param name="ShiftX">The column of the source that becomes the first one; negative where black comes in at the left.</param>
/// <param name="ShiftY">The row of the source that becomes the first one; negative where black comes in at the top.</param>
/// <param name="Flip">Whether the image is mirrored, left for right.</param>
/// <param name="Erased">The rectangle of the result to cover; empty for none.</param>
internal readonly record struct GeometricTransform(int ShiftX, int ShiftY, bool Flip, ErasedRectangle Erased)
{
    /// <summary>Draws a transform for images of <paramref name="height"/> x <paramref name="width"/> pixels.</summary>
    public static GeometricTransform Draw(AugmentationOptions options, int height, int width, RandomStream random)
    {
        // Everything is drawn whatever the options say, so that switching one on leaves the others as they were.
        int padding = options.Crop == CropMode.Padded ? options.CropPadding : 0;
        int shiftX = random.NextInt((2 * padding) + 1) - padding;
        int shiftY = random.NextInt((2 * padding) + 1) - padding;
        bool mirrored = random.NextDouble() < options.HorizontalFlip;
        bool erases = random.NextDouble() < options.RandomErasing;
        return new(
            shiftX,
            shiftY,
            mirrored,
            erases ? ErasedRectangle.Draw(height, width, random) : default);
    }
}

/// <summary>A rectangle of an image, in pixels.</summary>
internal readonly record struct ErasedRectangle(int Left, int Top, int Width, int Height)
{
    private const int Attempts = 10;
    private const double LeastArea = 0.02;
    private const double MostArea = 1.0 / 3;
    private const double LeastAspect = 0.3;

    /// <summary>Draws a rectangle that lies in the image; an empty one in the rare case that ten are too long.</summary>
    public static ErasedRectangle Draw(int height, int width, RandomStream random)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = height * width * (LeastArea + ((MostArea - LeastArea) * random.NextDouble()));
            // Uniform in the logarithm, from 0.3 to 1 / 0.3: as likely tall as wide.
            double aspect = Math.Pow(LeastAspect, 1 - (2 * random.NextDouble()));
            int tall = (int)Math.Round(Math.Sqrt(area * aspect));
            int wide = (int)Math.Round(Math.Sqrt(area / aspect));
            if (tall >= height || wide >= width) continue;
            return new(random.NextInt(width - wide + 1), random.NextInt(height - tall + 1), wide, tall);
        }

        return default;
    }
}
