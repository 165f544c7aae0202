namespace Deit.Data;

/// <summary>The part of an image that is looked at, and what becomes of it.</summary>
/// <param name="Crop">The part, in pixels of the whole image.</param>
/// <param name="Width">Columns that it is resized to.</param>
/// <param name="Height">Rows that it is resized to.</param>
/// <param name="Filter">The filter of the resize.</param>
public readonly record struct CropPlan(PixelBox Crop, int Width, int Height, ResamplingFilter Filter)
{
    /// <summary>The part of an image, resized. To be disposed by the caller.</summary>
    public RgbImage Apply(RgbImage image) => Resampling.CropAndResize(image, Crop, Width, Height, Filter);

    /// <summary>By how much an image can be shrunk while it is decoded, so that the crop is still no smaller than the result: 1, 2, 4, 8.</summary>
    internal int Divisor()
    {
        int divisor = 8;
        while (divisor > 1 && (Crop.Width < Width * divisor || Crop.Height < Height * divisor)) divisor /= 2;
        return divisor;
    }

    /// <summary>This plan for an image that was shrunk; the crop is rounded to its pixels.</summary>
    internal CropPlan OfShrunk(int width, int height, int shrunkWidth, int shrunkHeight)
    {
        (int left, int columns) = Along(Crop.Left, Crop.Width, width, shrunkWidth);
        (int top, int rows) = Along(Crop.Top, Crop.Height, height, shrunkHeight);
        return this with { Crop = new PixelBox(left, top, columns, rows) };

        static (int Start, int Size) Along(int start, int size, int whole, int shrunk)
        {
            double scale = (double)shrunk / whole;
            int first = Math.Min((int)Math.Round(start * scale), shrunk - 1);
            int end = Math.Clamp((int)Math.Round((start + size) * scale), first + 1, shrunk);
            return (first, end - first);
        }
    }
}

/// <summary>Chooses the part of an image of some size, before it is decoded.</summary>
/// <param name="width">Pixels in a row.</param>
/// <param name="height">Rows.</param>
public delegate CropPlan CropPlanning(int width, int height);

/// <summary>
/// A transform that can look at nothing but a rectangle of an image, which follows from the image's size and the sample's key alone.
/// Its <see cref="ISampleTransform.Apply"/> equals <see cref="Plan"/>, the crop and <see cref="ApplyToCrop"/>.
/// </summary>
public interface ICropPlanner : ISampleTransform
{
    /// <summary>Whether this transform does so; otherwise only <see cref="ISampleTransform.Apply"/> may be called.</summary>
    bool PlansCrops { get; }

    /// <summary>The part that the transform of a sample would look at.</summary>
    /// <param name="width">Width of the image.</param>
    /// <param name="height">Height of the image.</param>
    /// <param name="key">What random draws depend on.</param>
    CropPlan Plan(int width, int height, in SampleKey key);

    /// <summary>The rest of the transform.</summary>
    /// <param name="crop">The part, already of the planned size; it is not changed.</param>
    /// <param name="key">What random draws depend on, as for <see cref="Plan"/>.</param>
    /// <param name="destination">Takes 3 x Height x Width normalised values (CHW).</param>
    void ApplyToCrop(RgbImage crop, in SampleKey key, Span<float> destination);
}
