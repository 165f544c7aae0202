using Deit.Data;

namespace Deit.Training;

/// <summary>The images of a recipe.</summary>
public sealed record DataOptions
{
    /// <summary>A name that <see cref="Datasets.Open"/> knows.</summary>
    public string Dataset { get; init; } = DigitsDataset.DatasetName;

    /// <summary>
    /// For images in folders, the folder that holds <c>train</c> and <c>val</c>; null where it is given later or not needed.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>Height and width of the images in pixels.</summary>
    public int ImageSize { get; init; } = DigitsDataset.DefaultImageSize;
}
