using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>The colours of ImageNet-1k, by which published weights expect their images to be normalised.</summary>
public static class ImageNetStatistics
{
    /// <summary>Mean of red, green and blue, of values from 0 to 1.</summary>
    public static ImmutableArray<float> Mean { get; } = [0.485f, 0.456f, 0.406f];

    /// <summary>Standard deviation of red, green and blue, of values from 0 to 1.</summary>
    public static ImmutableArray<float> StandardDeviation { get; } = [0.229f, 0.224f, 0.225f];
}
