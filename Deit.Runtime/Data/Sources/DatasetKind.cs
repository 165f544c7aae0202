namespace Deit.Data;

/// <summary>Tells by its content what kind of dataset lies at a path.</summary>
internal static class DatasetKind
{
    /// <summary>The kind, one of <see cref="Datasets.Names"/>; null where nothing is recognised.</summary>
    /// <exception cref="DeitException">What lies there cannot be read.</exception>
    public static string? Recognize(string path)
    {
        try
        {
            if (File.Exists(path)) return OfFile(path);
            if (Directory.Exists(path)) return OfFolder(path);
            return ShardStore.Find(path, "").Select(OfFile).FirstOrDefault();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What to call a kind in messages.</summary>
    public static string Describe(string kind) => kind switch
    {
        Datasets.Folder => "folders of images",
        Datasets.Zip => "zip archives",
        Datasets.Tar => "tar archives",
        Datasets.Cifar10 => "CIFAR-10 in its binary version",
        Datasets.Cifar100 => "CIFAR-100 in its binary version",
        Datasets.Idx => "IDX files, as MNIST has them",
        Datasets.Auto => "images of any kind",
        _ => kind,
    };

    private static string? OfFolder(string path)
    {
        if (SplitNames.All.Any(part => Directory.Exists(Path.Combine(path, part)))) return Datasets.Folder;
        string[] names = [.. Directory.GetFiles(CifarFiles.Inner(path)).Select(static file => Path.GetFileName(file))];
        if (CifarFiles.IsCifar10(names) is { } is10) return is10 ? Datasets.Cifar10 : Datasets.Cifar100;
        if (IdxFiles.Find(path, SplitNames.Train, ofImages: true) is not null) return Datasets.Idx;
        if (names.Any(static name => name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))) return Datasets.Zip;
        if (names.Any(static name => name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))) return Datasets.Tar;
        return Directory.GetDirectories(path).Length > 0 ? Datasets.Folder : null;
    }

    private static string? OfFile(string path)
    {
        const int TarMark = 257;
        var head = new byte[TarMark + 5];
        using FileStream file = File.OpenRead(path);
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> start = head.AsSpan(0, length);
        if (start.StartsWith("PK"u8)) return Datasets.Zip;
        if (length == head.Length && start[TarMark..].SequenceEqual("ustar"u8)) return Datasets.Tar;
        if (start is not [0x1F, 0x8B, ..]) return null;
        string name = Path.GetFileName(path);
        if (name.StartsWith("cifar-100", StringComparison.OrdinalIgnoreCase)) return Datasets.Cifar100;
        return name.StartsWith("cifar-10", StringComparison.OrdinalIgnoreCase) ? Datasets.Cifar10 : null;
    }
}
