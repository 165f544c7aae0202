using Deit.Compiler.Diagnostics;

namespace Deit.Data;

/// <summary>The datasets that a recipe can name.</summary>
public static class Datasets
{
    /// <summary>The kind is told by what lies at the path.</summary>
    public const string Auto = "auto";

    /// <summary>Images in a folder for every class.</summary>
    public const string Folder = "folder";

    /// <summary>Such folders in zip archives, which are not unpacked.</summary>
    public const string Zip = "zip";

    /// <summary>Such folders, or pairs of image and class number, in tar archives, which are not unpacked.</summary>
    public const string Tar = "tar";

    /// <summary>CIFAR-10 in its binary version.</summary>
    public const string Cifar10 = "cifar10";

    /// <summary>CIFAR-100 in its binary version, by its 100 fine classes.</summary>
    public const string Cifar100 = "cifar100";

    /// <summary>IDX files, as those of MNIST and Fashion-MNIST.</summary>
    public const string Idx = "idx";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [DigitsDataset.DatasetName, Auto, Folder, Zip, Tar, Cifar10, Cifar100, Idx];

    /// <summary>Opens a dataset by its name.</summary>
    /// <param name="dataset">One of <see cref="Names"/>.</param>
    /// <param name="path">Where it is; null for <c>digits</c>.</param>
    /// <param name="imageSize">Height and width at which models are to see the images; for <c>digits</c> at least 8.</param>
    /// <exception cref="DeitException">There is no such dataset, or it cannot be opened so.</exception>
    public static DataSplits Open(string dataset, string? path, int imageSize) =>
        Open(new DataSource { Dataset = dataset, Path = path, ImageSize = imageSize });

    /// <summary>Opens a dataset. Nothing is decoded before it is read.</summary>
    /// <exception cref="DeitException">There is no such dataset, or it cannot be opened so.</exception>
    public static DataSplits Open(DataSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Check.Value("The image size", source.ImageSize, source.ImageSize > 0, "at least 1");
        string kind = KindOf(source.Dataset, source.Path);
        if (kind == DigitsDataset.DatasetName)
        {
            return source.Validation is null
                ? DigitsDataset.Open(source.ImageSize) with { CropPct = source.CropPct }
                : throw new DeitException("The digits are divided already: leave data.validation out.");
        }

        ImageParts parts = Find(kind, source.Path!, source.Classes);
        (IImageDataset train, IImageDataset validation) = parts.Split(source.Validation);
        return new(train, validation, parts.Mean, parts.StandardDeviation, source.ImageSize) { CropPct = source.CropPct };
    }

    /// <summary>Opens images to judge by: the part of that name, or all where there are no parts.</summary>
    /// <param name="path">Where they are, of any kind.</param>
    /// <exception cref="DeitException">They cannot be opened.</exception>
    public static IImageDataset OpenForValidation(string path)
    {
        ImageParts parts = Find(KindOf(Auto, path), path, known: null);
        return parts.Validation ?? parts.Train!;
    }

    private static ImageParts Find(string kind, string path, IReadOnlyList<string>? known) => kind switch
    {
        Folder => ClassLayout.Read(FolderStore.Open(path), known),
        Zip => ClassLayout.Read(ShardStore.Open(path, ".zip", ZipStore.Open), known),
        Tar => ClassLayout.Read(ShardStore.Open(path, ".tar", TarStore.Open), known),
        Cifar10 => RequireKnown(CifarFiles.Read(path, 10), known),
        Cifar100 => RequireKnown(CifarFiles.Read(path, 100), known),
        _ => RequireKnown(IdxFiles.Read(path), known),
    };

    // Labels in such files are numbers: their order cannot be another.
    private static ImageParts RequireKnown(ImageParts parts, IReadOnlyList<string>? known)
    {
        IReadOnlyList<string> found = parts.Train!.ClassNames;
        if (known is null || known.SequenceEqual(found)) return parts;
        throw new DeitException(
            $"The classes of '{parts.Source}' ({Some(found)}) are not those that are known ({Some(known)}): take the data that they are of.");

        static string Some(IReadOnlyList<string> names) => $"{string.Join(", ", names.Take(3))}{(names.Count > 3 ? ", ..." : "")}";
    }

    private static string KindOf(string dataset, string? path)
    {
        if (!Names.Contains(dataset)) throw new DeitException($"There is no dataset '{dataset}'. {Suggestions.Sentence(dataset, Names)}");
        if (string.IsNullOrEmpty(path))
        {
            return dataset == DigitsDataset.DatasetName
                ? DigitsDataset.DatasetName
                : throw new DeitException($"The dataset '{dataset}' needs a path to {DatasetKind.Describe(dataset)}: give it as data.path.");
        }

        if (dataset == DigitsDataset.DatasetName)
        {
            throw new DeitException(
                $"The dataset '{dataset}' comes with the library, but the path '{path}' was given: leave it out, or take '{Auto}'.");
        }

        string? found = DatasetKind.Recognize(path);
        if (dataset == Auto) return found ?? (Directory.Exists(path) ? Folder : throw Unknown(path));
        return found is null || found == dataset
            ? dataset
            : throw new DeitException(
                $"'{path}' holds {DatasetKind.Describe(found)}, not {DatasetKind.Describe(dataset)}: set data.dataset to '{found}'.");
    }

    private static DeitException Unknown(string path) => File.Exists(path)
        ? new($"'{path}' is known as no dataset: give {string.Join(", ", Names.Skip(2).Select(DatasetKind.Describe))}.")
        : new($"There is no folder '{path}', nor a file of that name: give the folder that holds a folder of images for every class, or an archive.");
}
