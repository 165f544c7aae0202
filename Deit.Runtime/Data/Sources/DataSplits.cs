using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>What a model is trained on and judged by.</summary>
/// <param name="Train">The images to learn from.</param>
/// <param name="Validation">The images to judge by, of the same classes; none of them is in <paramref name="Train"/>.</param>
/// <param name="Mean">Mean of red, green and blue, of values from 0 to 1, to normalise images by.</param>
/// <param name="StandardDeviation">Standard deviation of red, green and blue, of values from 0 to 1.</param>
/// <param name="ImageSize">Height and width at which models are to see the images, in pixels.</param>
public sealed record DataSplits(
    IImageDataset Train,
    IImageDataset Validation,
    ImmutableArray<float> Mean,
    ImmutableArray<float> StandardDeviation,
    int ImageSize)
{
    /// <summary>The part of the shorter side that the centre crop keeps by which the model is judged; 1 cuts no more than makes images square.</summary>
    public double CropPct { get; init; } = 1;

    /// <summary>How images are prepared by which the model is judged.</summary>
    public Preprocessing Preprocessing => new()
    {
        CropPct = CropPct,
        Interpolation = "bicubic",
        Mean = [.. Mean.Select(Widen)],
        Std = [.. StandardDeviation.Select(Widen)],
    };

    // 0.485f is meant as 0.485 and not as its nearest float32.
    private static double Widen(float value) => (double)(decimal)value;
}
