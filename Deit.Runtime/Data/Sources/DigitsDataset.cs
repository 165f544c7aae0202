using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;

namespace Deit.Data;

/// <summary>
/// Handwritten digits that come with the library, for first runs, tests and examples: 1797 images of 8x8 pixels (E. Alpaydin,
/// C. Kaynak, UCI Machine Learning Repository, 1998, doi 10.24432/C50P49; the same as scikit-learn's). They are shown larger,
/// interpolated bilinearly: nearest neighbours would give a model with patches of 4 pixels nothing but flat patches.
/// </summary>
public sealed class DigitsDataset : IImageDataset
{
    /// <summary>The name under which <see cref="Datasets"/> knows this dataset.</summary>
    public const string DatasetName = "digits";

    /// <summary>The size at which images are shown unless another is asked for.</summary>
    public const int DefaultImageSize = 32;

    private const string Resource = "Deit.Data.digits.csv.gz";
    private const int SourceSize = 8;
    private const int SourcePixels = SourceSize * SourceSize;
    private const int SourceLevels = 16;
    private const int Channels = 3;
    private const int Classes = 10;

    // The split is part of what an accuracy on this dataset means: never to change.
    private const double ValidationShare = 0.2;

    // Of the training images at the default size, values from 0 to 1.
    private const float TrainMean = 0.3057f;
    private const float TrainStandardDeviation = 0.3240f;

    private readonly int _size;
    private readonly ImmutableArray<int> _rows;
    private readonly byte[][] _pixels;
    private readonly int[] _labels;

    private DigitsDataset(string part, int imageSize, ImmutableArray<int> rows, IReadOnlyList<Digit> digits)
    {
        Name = $"{DatasetName}/{part}";
        _size = imageSize;
        _rows = rows;
        _pixels = [.. rows.Select(row => Enlarge(digits[row].Pixels, imageSize))];
        _labels = [.. rows.Select(row => digits[row].Label)];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } =
        [.. Enumerable.Range(0, Classes).Select(static digit => digit.ToString(CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <summary>
    /// Opens both parts. Validation is a fifth of every class, chosen once and for all; its 359 images are in no training set.
    /// </summary>
    /// <param name="imageSize">Height and width at which the digits are shown, at least their own 8.</param>
    /// <exception cref="DeitException">The size is too small.</exception>
    public static DataSplits Open(int imageSize = DefaultImageSize)
    {
        if (imageSize < SourceSize)
        {
            throw new DeitException(
                $"The digits cannot be shown at image size {imageSize}: they have {SourceSize}x{SourceSize} pixels; "
                + $"take {DefaultImageSize}, or any size from {SourceSize}.");
        }

        IReadOnlyList<Digit> digits = Load();
        ImmutableArray<int> validation = StratifiedSplit.Choose([.. digits.Select(static digit => digit.Label)], ValidationShare);
        ImmutableArray<int> train = [.. Enumerable.Range(0, digits.Count).Except(validation)];
        return new DataSplits(
            new DigitsDataset("train", imageSize, train, digits),
            new DigitsDataset("val", imageSize, validation, digits),
            [.. Enumerable.Repeat(TrainMean, Channels)],
            [.. Enumerable.Repeat(TrainStandardDeviation, Channels)],
            imageSize);
    }

    /// <inheritdoc/>
    public int Label(int index) => _labels[index];

    /// <inheritdoc/>
    public RgbImage Load(int index) => RgbImage.OfGray(_size, _size, _pixels[index]);

    /// <summary>The line of the digit in the collection's file, counted from 0, such as <c>digits[17]</c>.</summary>
    public string Describe(int index) => string.Create(CultureInfo.InvariantCulture, $"{DatasetName}[{_rows[index]}]");

    private static List<Digit> Load()
    {
        using Stream resource = typeof(DigitsDataset).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Resource}.");
        using var lines = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        var digits = new List<Digit>();
        while (lines.ReadLine() is { } line)
        {
            byte[] numbers = [.. line.Split(',').Select(static number => byte.Parse(number, CultureInfo.InvariantCulture))];
            digits.Add(new Digit(numbers[..SourcePixels], numbers[SourcePixels]));
        }

        return digits;
    }

    private static byte[] Enlarge(byte[] pixels, int size)
    {
        var enlarged = new byte[size * size];
        (int First, int Second, double Between)[] neighbours = [.. Enumerable.Range(0, size).Select(target => Neighbours(target, size))];
        for (int y = 0; y < size; y++)
        {
            (int above, int below, double down) = neighbours[y];
            for (int x = 0; x < size; x++)
            {
                (int left, int right, double across) = neighbours[x];
                double upper = double.Lerp(pixels[(above * SourceSize) + left], pixels[(above * SourceSize) + right], across);
                double lower = double.Lerp(pixels[(below * SourceSize) + left], pixels[(below * SourceSize) + right], across);
                enlarged[(y * size) + x] = (byte)Math.Round(double.Lerp(upper, lower, down) * byte.MaxValue / SourceLevels);
            }
        }

        return enlarged;
    }

    // The two source pixels around a target pixel and how far it is from the first; centres are compared, edges are kept.
    private static (int First, int Second, double Between) Neighbours(int target, int size)
    {
        double source = Math.Clamp(((target + 0.5) * SourceSize / size) - 0.5, 0, SourceSize - 1);
        int first = (int)source;
        return (first, Math.Min(first + 1, SourceSize - 1), source - first);
    }

    private sealed record Digit(byte[] Pixels, int Label);
}
