using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>What a model is trained on and judged by.</summary>
/// <param name="Train">The images to learn from.</param>
/// <param name="Validation">The images to judge by, of the same size and classes; none of them is in <paramref name="Train"/>.</param>
/// <param name="Mean">Mean of red, green and blue, of values from 0 to 1, to normalise images by.</param>
/// <param name="StandardDeviation">Standard deviation of red, green and blue, of values from 0 to 1.</param>
public sealed record DataSplits(
    IImageDataset Train,
    IImageDataset Validation,
    ImmutableArray<float> Mean,
    ImmutableArray<float> StandardDeviation);
