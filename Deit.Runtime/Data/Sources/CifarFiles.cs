using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Deit.Data;

/// <summary>
/// CIFAR-10 and CIFAR-100 in their binary version (A. Krizhevsky, 2009): 10,000 records a file, of one label or two and 3072 bytes,
/// planes of red, green and blue. The folder is read, or the <c>.tar.gz</c> as it is published.
/// </summary>
internal sealed class CifarFiles
{
    private const int Size = 32;
    private const int Planes = 3;
    private const int PixelBytes = Planes * Size * Size;

    private readonly string _path;
    private readonly Dictionary<string, Func<byte[]>> _files;

    private CifarFiles(string path, Dictionary<string, Func<byte[]>> files) => (_path, _files) = (path, files);

    /// <summary>Whether the names of some files are those of CIFAR-10; null where of neither, false where of CIFAR-100.</summary>
    public static bool? IsCifar10(IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Contains("data_batch_1.bin")) return true;
        return all.Contains("train.bin") && all.Contains("fine_label_names.txt") ? false : null;
    }

    /// <summary>Reads either.</summary>
    /// <param name="path">The folder of the files, the folder around it, or the archive.</param>
    /// <param name="classes">10 or 100.</param>
    /// <exception cref="DeitException">A file is missing or cut off.</exception>
    public static ImageParts Read(string path, int classes)
    {
        CifarFiles files = File.Exists(path) ? OfArchive(path) : OfFolder(path);
        bool is10 = classes == 10;
        string[] names = files.Lines(is10 ? "batches.meta.txt" : "fine_label_names.txt", classes);
        string[] train = is10 ? [.. Enumerable.Range(1, 5).Select(static number => FormattableString.Invariant($"data_batch_{number}.bin"))] : ["train.bin"];
        return new(path, files.Images(SplitNames.Train, train, names), files.Images(SplitNames.Validation[^1], is10 ? ["test_batch.bin"] : ["test.bin"], names));
    }

    /// <summary>The folder of the files: the one given, or the one that the published archive unpacks to.</summary>
    public static string Inner(string folder)
    {
        string[] inner = ["cifar-10-batches-bin", "cifar-100-binary"];
        return inner.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists) ?? folder;
    }

    private static CifarFiles OfFolder(string path)
    {
        if (!Directory.Exists(path)) throw new DeitException($"There is no folder '{path}': give the one that holds CIFAR's binary files, or their archive.");
        return new(path, Directory.GetFiles(Inner(path)).ToDictionary(static file => Path.GetFileName(file), static file => (Func<byte[]>)(() => File.ReadAllBytes(file))));
    }

    private static CifarFiles OfArchive(string path)
    {
        var files = new Dictionary<string, Func<byte[]>>(StringComparer.Ordinal);
        try
        {
            using FileStream archive = File.OpenRead(path);
            using var reader = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is not { } stream) continue;
                if (entry.Length > Array.MaxLength) throw new InvalidDataException($"'{entry.Name}' is too large.");
                var content = new byte[entry.Length];
                stream.ReadExactly(content);
                files[Path.GetFileName(entry.Name)] = () => content;
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new DeitException($"The archive '{path}' cannot be read: {exception.Message} Copy it again.", exception);
        }

        return new(path, files);
    }

    private string[] Lines(string file, int count)
    {
        string[] lines = [.. Encoding.UTF8.GetString(Content(file)).Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0)];
        return lines.Length == count ? lines : throw new DeitException($"'{file}' of '{_path}' names {lines.Length} classes, not {count}: copy it again.");
    }

    private RawImages Images(string part, string[] files, string[] classes)
    {
        // CIFAR-100 has two labels, the coarse one first.
        int labelBytes = classes.Length == 10 ? 1 : 2;
        int record = labelBytes + PixelBytes;
        byte[][] contents = [.. files.Select(Content)];
        for (int file = 0; file < files.Length; file++)
        {
            if (contents[file].Length == 0 || contents[file].Length % record != 0)
            {
                throw new DeitException($"'{files[file]}' of '{_path}' has {contents[file].Length} bytes, which are no whole records of {record}: copy it again.");
            }
        }

        int count = contents.Sum(content => content.Length / record);
        var pixels = new byte[(long)count * PixelBytes];
        var labels = new int[count];
        int index = 0;
        foreach (byte[] content in contents)
        {
            for (int at = 0; at < content.Length; at += record, index++)
            {
                labels[index] = content[at + labelBytes - 1];
                if (labels[index] >= classes.Length) throw new DeitException($"'{_path}' has an image of class {labels[index]}, but {classes.Length} classes: copy it again.");
                content.AsSpan(at + labelBytes, PixelBytes).CopyTo(pixels.AsSpan(index * PixelBytes));
            }
        }

        return new($"{_path}/{part}", classes, pixels, labels, new RawFormat(Size, Size, Planes));
    }

    private byte[] Content(string file)
    {
        if (!_files.TryGetValue(file, out Func<byte[]>? read)) throw new DeitException($"'{_path}' lacks '{file}', which CIFAR's binary version has: copy it whole.");
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"'{file}' of '{_path}' cannot be read: {exception.Message}", exception);
        }
    }
}
