using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>Images in a folder for every class, as ImageNet and many others come: <c>train/CLASS/*</c>, <c>val/CLASS/*</c>.</summary>
public static class ImageFolder
{
    /// <summary>
    /// Opens <c>train</c> and <c>val</c> under a folder, to be normalised by ImageNet's colours. Nothing is decoded before it is read.
    /// </summary>
    /// <param name="root">The folder that holds <c>train</c> and <c>val</c>.</param>
    /// <param name="imageSize">Height and width at which models are to see the images.</param>
    /// <exception cref="DeitException">A folder is missing or empty, or the classes of both differ.</exception>
    public static DataSplits Open(string root, int imageSize) =>
        Datasets.Open(new DataSource { Dataset = Datasets.Folder, Path = root, ImageSize = imageSize });
}
