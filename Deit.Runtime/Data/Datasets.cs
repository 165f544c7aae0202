using Deit.Compiler.Diagnostics;

namespace Deit.Data;

/// <summary>The datasets that a recipe can name.</summary>
public static class Datasets
{
    /// <summary>The name of images in folders, <see cref="ImageFolder"/>.</summary>
    public const string Folder = "folder";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [DigitsDataset.DatasetName, Folder];

    /// <summary>Opens a dataset by its name.</summary>
    /// <param name="dataset"><c>digits</c> or <c>folder</c>.</param>
    /// <param name="path">For <c>folder</c>, the folder that holds <c>train</c> and <c>val</c>; null for <c>digits</c>.</param>
    /// <param name="imageSize">Height and width of the images; for <c>digits</c> at least 8.</param>
    /// <param name="progress">Told of the images decoded while opening.</param>
    /// <exception cref="DeitException">There is no such dataset, or it cannot be opened so.</exception>
    public static DataSplits Open(string dataset, string? path, int imageSize, IProgress<(int Done, int Total)>? progress = null) =>
        (dataset, path) switch
        {
            (DigitsDataset.DatasetName, null) => DigitsDataset.Open(imageSize),
            (DigitsDataset.DatasetName, _) => throw new DeitException(
                $"The dataset '{dataset}' comes with the library, but the path '{path}' was given: leave it out, or take '{Folder}'."),
            (Folder, null or "") => throw new DeitException(
                $"The dataset '{Folder}' needs a path: give the folder that holds 'train' and 'val'."),
            (Folder, _) => ImageFolder.Open(path, imageSize, progress: progress),
            _ => throw new DeitException($"There is no dataset '{dataset}'. {Suggestions.Sentence(dataset, Names)}"),
        };
}
