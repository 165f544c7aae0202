using System.IO.Compression;
using Deit.Data;

namespace Deit.Benchmarks.Data;

/// <summary>All JPEG files below a folder or in a zip archive, in memory, so that no disk is measured.</summary>
internal sealed class Photos : IImageDataset
{
    private readonly string[] _paths;

    private Photos(string path)
    {
        (Name, (string Path, byte[] Content)[] files) = (path, [.. File.Exists(path) ? OfArchive(path) : OfFolder(path)]);
        if (files.Length == 0) throw new DeitException($"There are no JPEG files in '{path}'.");
        Array.Sort(files, static (one, other) => string.CompareOrdinal(one.Path, other.Path));
        _paths = [.. files.Select(static file => file.Path)];
        Files = [.. files.Select(static file => file.Content)];
    }

    /// <summary>Reads the files that <c>--images</c> names.</summary>
    /// <exception cref="DeitException">It is missing, or there are no such files.</exception>
    public static Photos Asked(Arguments arguments) =>
        new(arguments.Text("--images") ?? throw new DeitException("--images must name a folder or a zip of JPEG files, such as ImageNet's val."));

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

    /// <summary>Writes the files into a folder, numbered.</summary>
    public void WriteTo(string folder)
    {
        for (int index = 0; index < Count; index++) File.WriteAllBytes(Path.Combine(folder, $"{index:D6}.jpg"), Files[index]);
    }

    private static IEnumerable<(string Path, byte[] Content)> OfFolder(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsJpeg).Select(static path => (path, File.ReadAllBytes(path)))
        : throw new DeitException($"There is neither a folder nor a zip '{folder}'.");

    private static IEnumerable<(string Path, byte[] Content)> OfArchive(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        foreach (ZipArchiveEntry entry in archive.Entries.Where(static entry => IsJpeg(entry.Name)))
        {
            using Stream stream = entry.Open();
            var content = new byte[entry.Length];
            stream.ReadExactly(content);
            yield return ($"{path}:{entry.FullName}", content);
        }
    }

    private static bool IsJpeg(string path) => Path.GetExtension(path).ToUpperInvariant() is ".JPG" or ".JPEG";
}
