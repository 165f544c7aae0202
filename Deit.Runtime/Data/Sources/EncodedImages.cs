using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>Images that are decoded when they are read, from files in a folder or in archives.</summary>
/// <param name="name">What to call them.</param>
/// <param name="store">Where the files are.</param>
/// <param name="classes">The names of the classes.</param>
/// <param name="files">The images: files of the store, and their classes.</param>
internal sealed class EncodedImages(
    string name, IFileStore store, IReadOnlyList<string> classes, ImmutableArray<(int File, int Label)> files) : IImageDataset
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => classes;

    /// <inheritdoc/>
    public int Count => files.Length;

    /// <inheritdoc/>
    public int Label(int index) => files[index].Label;

    /// <inheritdoc/>
    public RgbImage Load(int index)
    {
        using PooledBytes bytes = store.Read(files[index].File);
        return ImageDecoder.Decode(bytes.Span, Describe(index));
    }

    /// <inheritdoc/>
    public RgbImage LoadCrop(int index, CropPlanning plan)
    {
        using PooledBytes bytes = store.Read(files[index].File);
        return ImageDecoder.DecodeCrop(bytes.Span, Describe(index), plan);
    }

    /// <inheritdoc/>
    public string Describe(int index) => store.Describe(store.Names[files[index].File]);
}
