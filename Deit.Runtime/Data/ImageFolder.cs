using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>Images in a folder for every class, as ImageNet and many others come: <c>train/CLASS/*</c>, <c>val/CLASS/*</c>.</summary>
public sealed class ImageFolder : IImageDataset
{
    /// <summary>Bytes of decoded images that are kept in memory unless another budget is given: 2 GiB.</summary>
    public const long DefaultMemoryBudget = 2L << 30;

    private const int Channels = 3;
    private const int ReportsPerOpening = 100;

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    private readonly ImmutableArray<(string Path, int Label)> _files;
    private readonly CentredResize _resize;
    private readonly byte[]?[] _decoded;

    private ImageFolder(string folder, int imageSize, ImmutableArray<string> classes)
    {
        Name = folder;
        Height = Width = imageSize;
        _resize = new CentredResize(imageSize, imageSize, ResamplingFilter.Bicubic);
        ClassNames = classes;
        _files = [.. classes.SelectMany((name, label) => FilesOf(Path.Combine(folder, name)).Select(path => (path, label)))];
        _decoded = new byte[]?[_files.Length];
    }

    /// <summary>The folder's path.</summary>
    public string Name { get; }

    /// <summary>The names of the class folders in ordinal order.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public int Count => _files.Length;

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    private int BytesPerImage => Channels * Height * Width;

    /// <summary>
    /// Opens <c>train</c> and <c>val</c> under a folder, to be normalised by ImageNet's colours. Images of another size are
    /// scaled by their shorter side, then cut to the centre. All are decoded now and kept if they fit the budget, otherwise each
    /// time they are read.
    /// </summary>
    /// <param name="root">The folder that holds <c>train</c> and <c>val</c>.</param>
    /// <param name="imageSize">Height and width of all images.</param>
    /// <param name="memoryBudget">Bytes that the decoded images of both parts may take together.</param>
    /// <param name="progress">Told of the images decoded while opening, about a hundred times, in ascending order.</param>
    /// <exception cref="DeitException">A folder is missing or empty, the classes differ, or an image cannot be read.</exception>
    public static DataSplits Open(
        string root,
        int imageSize,
        long memoryBudget = DefaultMemoryBudget,
        IProgress<(int Done, int Total)>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageSize);
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBudget);
        if (!Directory.Exists(root))
        {
            throw new DeitException($"There is no folder '{root}': give the folder that holds 'train' and 'val'.");
        }

        (string trainFolder, string validationFolder) = (Path.Combine(root, "train"), Path.Combine(root, "val"));
        ImmutableArray<string> classes = ClassesOf(trainFolder);
        RequireSame(classes, trainFolder, ClassesOf(validationFolder), validationFolder);
        var train = new ImageFolder(trainFolder, imageSize, classes);
        var validation = new ImageFolder(validationFolder, imageSize, classes);
        if (((long)train.Count + validation.Count) * train.BytesPerImage <= memoryBudget) DecodeAll([train, validation], progress);
        return new DataSplits(train, validation, ImageNetStatistics.Mean, ImageNetStatistics.StandardDeviation);
    }

    /// <inheritdoc/>
    public int Label(int index) => _files[index].Label;

    /// <inheritdoc/>
    public void Read(int index, Span<byte> rgb)
    {
        if (_decoded[index] is { } pixels) pixels.CopyTo(rgb);
        else Decode(index, rgb);
    }

    /// <summary>The path of the image's file.</summary>
    public string Describe(int index) => _files[index].Path;

    private static void DecodeAll(ImageFolder[] folders, IProgress<(int Done, int Total)>? progress)
    {
        var gate = new Lock();
        int done = 0;
        int total = folders.Sum(static folder => folder.Count);
        int step = Math.Max(1, total / ReportsPerOpening);
        foreach (ImageFolder folder in folders)
        {
            OrderedParallel.For(folder.Count, Environment.ProcessorCount, index =>
            {
                byte[] pixels = GC.AllocateUninitializedArray<byte>(folder.BytesPerImage);
                folder.Decode(index, pixels);
                folder._decoded[index] = pixels;
                lock (gate)
                {
                    done++;
                    if (done % step == 0 || done == total) progress?.Report((done, total));
                }
            });
        }
    }

    private void Decode(int index, Span<byte> rgb)
    {
        using RgbImage image = ImageDecoder.Decode(_files[index].Path);
        using RgbImage resized = _resize.Apply(image);
        resized.CopyPlanesTo(rgb);
    }

    private static ImmutableArray<string> ClassesOf(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DeitException($"There is no folder '{folder}': images belong in 'train/CLASS' and 'val/CLASS'.");
        }

        IEnumerable<string> names = Directory.GetDirectories(folder).Select(static path => Path.GetFileName(path));
        ImmutableArray<string> classes = [.. names.Order(StringComparer.Ordinal)];
        return classes.IsEmpty
            ? throw new DeitException($"The folder '{folder}' is empty: it needs a folder of images for every class.")
            : classes;
    }

    private static void RequireSame(
        ImmutableArray<string> train, string trainFolder, ImmutableArray<string> validation, string validationFolder)
    {
        if (train.Except(validation).FirstOrDefault() is { } untested) throw Missing(untested, trainFolder, validationFolder);
        if (validation.Except(train).FirstOrDefault() is { } untrained) throw Missing(untrained, validationFolder, trainFolder);
    }

    private static DeitException Missing(string name, string present, string absent) =>
        new($"The class '{name}' is in '{present}' but not in '{absent}': both need the same class folders.");

    private static string[] FilesOf(string classFolder)
    {
        string[] files =
        [
            .. Directory.GetFiles(classFolder)
                .Where(static path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal),
        ];
        return files.Length > 0
            ? files
            : throw new DeitException(
                $"The folder '{classFolder}' has no images ({string.Join(", ", Extensions)}): add some, or remove the folder.");
    }
}
