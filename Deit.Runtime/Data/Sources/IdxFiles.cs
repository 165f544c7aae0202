using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using Deit.Inference;

namespace Deit.Data;

/// <summary>
/// MNIST, Fashion-MNIST and what else comes in their files: IDX, bytes of images (count, rows, columns) and of labels, plain or
/// compressed by gzip.
/// </summary>
internal static class IdxFiles
{
    private const int Images = 3;
    private const int Labels = 1;
    private const byte UnsignedBytes = 8;
    private const string Test = "t10k";

    /// <summary>The file of a part, <c>train</c> or <c>t10k</c>; null where the folder has none.</summary>
    public static string? Find(string folder, string part, bool ofImages)
    {
        string kind = ofImages ? "images" : "labels";
        int dimensions = ofImages ? Images : Labels;
        string[] names = [FormattableString.Invariant($"{part}-{kind}-idx{dimensions}-ubyte"), FormattableString.Invariant($"{part}-{kind}.idx{dimensions}-ubyte")];
        return names.SelectMany(static name => new[] { name, name + ".gz" }).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Reads both parts; colours are normalised by the training images' own.</summary>
    /// <exception cref="DeitException">A file is missing or damaged.</exception>
    public static ImageParts Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new DeitException($"There is no folder '{folder}': give the one that holds 'train-images-idx3-ubyte'.");
        int[] labels = ReadLabels(folder, SplitNames.Train);
        string[] classes = Classes(folder, labels);
        RawImages train = ReadImages(folder, SplitNames.Train, labels, classes, out ReadOnlyMemory<byte> pixels);
        IImageDataset? test = Find(folder, Test, ofImages: true) is null ? null : ReadImages(folder, Test, ReadLabels(folder, Test), classes, out _);
        (float mean, float deviation) = Statistics(pixels.Span);
        return new(folder, train, test)
        {
            Mean = [mean, mean, mean],
            StandardDeviation = [deviation, deviation, deviation],
        };
    }

    private static RawImages ReadImages(string folder, string part, int[] labels, string[] classes, out ReadOnlyMemory<byte> pixels)
    {
        string file = Require(folder, part, ofImages: true);
        (int[] sizes, pixels) = ReadFile(file, Images);
        if (sizes[0] != labels.Length) throw new DeitException($"'{file}' has {sizes[0]} images, but there are {labels.Length} labels: copy both again.");
        int unknown = Array.FindIndex(labels, label => label >= classes.Length);
        if (unknown >= 0) throw new DeitException($"'{folder}' has an image of class {labels[unknown]}, but {classes.Length} classes.");
        return new($"{folder}/{part}", classes, pixels, labels, new RawFormat(sizes[1], sizes[2], Planes: 1));
    }

    private static int[] ReadLabels(string folder, string part)
    {
        ReadOnlyMemory<byte> bytes = ReadFile(Require(folder, part, ofImages: false), Labels).Data;
        return [.. bytes.ToArray().Select(static label => (int)label)];
    }

    private static string Require(string folder, string part, bool ofImages) => Find(folder, part, ofImages)
        ?? throw new DeitException(
            $"The folder '{folder}' lacks '{part}-{(ofImages ? "images-idx3" : "labels-idx1")}-ubyte', plain or with .gz: add it.");

    private static (int[] Sizes, ReadOnlyMemory<byte> Data) ReadFile(string path, int dimensions)
    {
        byte[] content = ReadContent(path);
        int header = sizeof(int) * (1 + dimensions);
        bool isOne = content.Length >= header && content[0] == 0 && content[1] == 0 && content[2] == UnsignedBytes && content[3] == dimensions;
        if (!isOne) throw new DeitException($"'{path}' is no IDX file of bytes in {dimensions} dimensions: copy it again.");
        int[] sizes = [.. Enumerable.Range(1, dimensions).Select(at => BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at * sizeof(int))))];
        Int128 length = sizes.Aggregate(Int128.One, static (product, size) => product * Math.Max(size, 0));
        return content.Length - header == length && length > 0
            ? (sizes, content.AsMemory(header))
            : throw new DeitException($"'{path}' has {content.Length - header} bytes of data, not {length}: copy it again.");
    }

    private static byte[] ReadContent(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new DeitException($"'{path}' cannot be read: {exception.Message} Copy it again.", exception);
        }
    }

    // The files have numbers only; a list beside them may name what they stand for.
    private static string[] Classes(string folder, int[] labels)
    {
        string list = Path.Combine(folder, "classes.txt");
        if (File.Exists(list)) return [.. ClassNames.Read(list).Classes.Select(static known => known.Id)];
        return [.. Enumerable.Range(0, labels.Max() + 1).Select(static number => number.ToString(CultureInfo.InvariantCulture))];
    }

    // Sums of whole numbers: the same on every machine. Four digits, as such numbers are published.
    private static (float Mean, float Deviation) Statistics(ReadOnlySpan<byte> pixels)
    {
        (long sum, long squares) = (0, 0);
        foreach (byte pixel in pixels)
        {
            sum += pixel;
            squares += pixel * pixel;
        }

        double mean = (double)sum / pixels.Length / byte.MaxValue;
        double deviation = Math.Sqrt(Math.Max(0, ((double)squares / pixels.Length / (byte.MaxValue * byte.MaxValue)) - (mean * mean)));
        return ((float)Math.Round(mean, 4), (float)Math.Max(Math.Round(deviation, 4), 1e-4));
    }
}
