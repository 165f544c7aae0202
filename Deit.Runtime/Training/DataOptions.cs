using Deit.Data;

namespace Deit.Training;

/// <summary>The images of a recipe.</summary>
public sealed record DataOptions
{
    /// <summary>A name that <see cref="Datasets"/> knows.</summary>
    public string Dataset { get; init; } = DigitsDataset.DatasetName;

    /// <summary>Where the images are; null where it is given later or not needed.</summary>
    public string? Path { get; init; }

    /// <summary>Height and width of the images in pixels.</summary>
    public int ImageSize { get; init; } = DigitsDataset.DefaultImageSize;

    /// <summary>The part of the shorter side that the centre crop keeps where a model is judged; above 0 and at most 1.</summary>
    public double CropPct { get; init; } = 1;

    /// <summary>The share of the images that the model is judged by, where they are not divided; null where they must be.</summary>
    public double? Validation { get; init; }

    /// <summary>A file that names the classes in their order; null for their order by name.</summary>
    public string? ClassMap { get; init; }

    /// <summary>How images are read.</summary>
    public LoadingOptions Loading { get; init; } = new();
}
