using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Deit.Data;

namespace Deit.Tests.Data;

public class DigitsDatasetTests
{
    private const int Total = 1797;
    private static readonly int[] ClassSizes = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];

    [Fact]
    public void The_split_holds_every_digit_once()
    {
        DataSplits digits = DigitsDataset.Open();

        IEnumerable<int> rows = Rows(digits.Train).Concat(Rows(digits.Validation));

        Assert.Equal(Enumerable.Range(0, Total), rows.Order());
    }

    [Fact]
    public void The_split_takes_a_fifth_of_every_class()
    {
        DataSplits digits = DigitsDataset.Open();

        for (int label = 0; label < ClassSizes.Length; label++)
        {
            int validation = CountOf(digits.Validation, label);
            Assert.Equal((int)Math.Round(ClassSizes[label] / 5.0), validation);
            Assert.Equal(ClassSizes[label], validation + CountOf(digits.Train, label));
        }
    }

    [Fact]
    public void The_split_never_changes()
    {
        DataSplits digits = DigitsDataset.Open();
        byte[] rows = [.. Rows(digits.Validation).SelectMany(BigEndian)];

        Assert.Equal("9d7884286a67670a439aefa9c1292d837792e8be812bbace91bd74d94c2d057c", Convert.ToHexStringLower(SHA256.HashData(rows)));
        Assert.Equal(Rows(digits.Validation), Rows(DigitsDataset.Open(64).Validation));
    }

    [Fact]
    public void Mean_and_standard_deviation_are_those_of_the_training_images()
    {
        DataSplits digits = DigitsDataset.Open();
        IEnumerable<byte> pixels = Enumerable.Range(0, digits.Train.Count).SelectMany(index => Read(digits.Train, index));
        double[] values = [.. pixels.Select(value => value / 255.0)];
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));

        Assert.All(digits.Mean, value => Assert.Equal(mean, value, tolerance: 1e-4));
        Assert.All(digits.StandardDeviation, value => Assert.Equal(deviation, value, tolerance: 1e-4));
    }

    [Fact]
    public void At_their_own_size_the_digits_are_the_numbers_of_the_file()
    {
        // The first line of the file, a zero.
        const string First =
            "0 0 5 13 9 1 0 0 0 0 13 15 10 15 5 0 0 3 15 2 0 11 8 0 0 4 12 0 0 8 8 0 "
            + "0 5 8 0 0 9 8 0 0 4 11 0 1 12 7 0 0 2 14 5 10 12 0 0 0 0 6 13 10 0 0 0";
        IEnumerable<int> numbers = First.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture));
        byte[] expected = [.. numbers.Select(number => (byte)Math.Round(number * 255 / 16.0))];
        (IImageDataset part, int index) = Find(DigitsDataset.Open(imageSize: 8), "digits[0]");

        Assert.Equal([.. expected, .. expected, .. expected], Read(part, index));
        Assert.Equal("0", part.ClassNames[part.Label(index)]);
    }

    [Fact]
    public void Enlarged_digits_are_interpolated_between_the_centres_of_pixels()
    {
        (IImageDataset small, int index) = Find(DigitsDataset.Open(imageSize: 8), "digits[0]");
        (IImageDataset large, int same) = Find(DigitsDataset.Open(imageSize: 16), "digits[0]");
        byte[] source = Read(small, index);
        byte[] target = Read(large, same);

        // Row 0 of the source begins 0 0 5 13; at the edge, the target's row 0 repeats it. Its column 3 has its centre at
        // 1.25 source columns from the first centre, column 5 at 2.25.
        Assert.Equal((source[1] * 0.75) + (source[2] * 0.25), target[3], tolerance: 1);
        Assert.Equal((source[2] * 0.75) + (source[3] * 0.25), target[5], tolerance: 1);
        Assert.Equal(3 * 16 * 16, target.Length);
        Assert.Equal(target.AsSpan(0, 256), target.AsSpan(512, 256));
    }

    [Fact]
    public void A_size_below_the_digits_own_is_refused()
    {
        var error = Assert.Throws<DeitException>(() => DigitsDataset.Open(imageSize: 7));
        Assert.Contains("image size 7", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Read(IImageDataset dataset, int index)
    {
        return [.. Enumerable.Range(0, 3).SelectMany(channel => Pixels.Plane(dataset, index, channel))];
    }

    private static IEnumerable<int> Rows(IImageDataset dataset) =>
        Enumerable.Range(0, dataset.Count)
            .Select(index => int.Parse(dataset.Describe(index).AsSpan("digits[".Length).TrimEnd(']'), CultureInfo.InvariantCulture));

    private static int CountOf(IImageDataset dataset, int label) =>
        Enumerable.Range(0, dataset.Count).Count(index => dataset.Label(index) == label);

    private static (IImageDataset Part, int Index) Find(DataSplits splits, string description) =>
        new[] { splits.Train, splits.Validation }
            .SelectMany(part => Enumerable.Range(0, part.Count).Select(index => (part, index)))
            .Single(place => place.part.Describe(place.index) == description);

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
