using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>Which images to open, and how they are divided.</summary>
public sealed record DataSource
{
    /// <summary>A kind that <see cref="Datasets"/> knows.</summary>
    public string Dataset { get; init; } = DigitsDataset.DatasetName;

    /// <summary>Where they are; null for those that come with the library.</summary>
    public string? Path { get; init; }

    /// <summary>Height and width at which models are to see the images, in pixels.</summary>
    public int ImageSize { get; init; } = DigitsDataset.DefaultImageSize;

    /// <summary>The part of the shorter side that the centre crop keeps by which models are judged; above 0 and at most 1.</summary>
    public double CropPct { get; init; } = 1;

    /// <summary>The share of every class that the model is judged by, where the images are not divided; null where they must be.</summary>
    /// <exception cref="DeitException">The value is not between 0 and 1.</exception>
    public double? Validation
    {
        get;
        init => field = value is { } share ? Check.Value("data.validation", share, share is > 0 and < 1, "above 0 and below 1") : null;
    }

    /// <summary>The classes that a model knows, in the order of its logits; null for those that are found, in ordinal order.</summary>
    public ImmutableArray<string>? Classes { get; init; }
}
