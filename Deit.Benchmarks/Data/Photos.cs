using Deit.Data;

namespace Deit.Benchmarks.Data;

/// <summary>All JPEG files below a folder, in memory, so that no disk is measured.</summary>
internal sealed class Photos : IImageDataset
{
    private readonly string[] _paths;

    /// <summary>Reads the files.</summary>
    public Photos(string folder)
    {
        if (!Directory.Exists(folder)) throw new DeitException($"There is no folder '{folder}'.");
        _paths = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(IsJpeg).Order(StringComparer.Ordinal)];
        if (_paths.Length == 0) throw new DeitException($"The folder '{folder}' has no JPEG files.");
        Files = [.. _paths.Select(File.ReadAllBytes)];
        Name = folder;
    }

    /// <summary>The files' contents.</summary>
    public IReadOnlyList<byte[]> Files { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = ["photo"];

    /// <inheritdoc/>
    public int Count => Files.Count;

    /// <inheritdoc/>
    public int Label(int index) => 0;

    /// <inheritdoc/>
    public RgbImage Load(int index) => ImageDecoder.Decode(Files[index], _paths[index]);

    /// <inheritdoc/>
    public RgbImage LoadCrop(int index, CropPlanning plan) => ImageDecoder.DecodeCrop(Files[index], _paths[index], plan);

    /// <inheritdoc/>
    public string Describe(int index) => _paths[index];

    private static bool IsJpeg(string path) => Path.GetExtension(path).ToUpperInvariant() is ".JPG" or ".JPEG";
}
