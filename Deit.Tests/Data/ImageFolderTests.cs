using Deit.Data;
using Deit.Tests.Support;
using SkiaSharp;

namespace Deit.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private const int Size = 8;
    private static readonly SKColor Orange = new(200, 100, 50);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classes_and_files_come_in_ordinal_order()
    {
        foreach (string part in new[] { "train", "val" })
        {
            foreach (string name in new[] { "b/2.png", "b/10.jpg", "B/x.webp", "a/y.JPEG" })
            {
                _folder.WriteImage($"{part}/{name}", Size, Size, Orange);
            }
        }

        IImageDataset train = ImageFolder.Open(_folder.Path, Size).Train;

        Assert.Equal(["B", "a", "b"], train.ClassNames);
        Assert.Equal(
            new[] { "train/B/x.webp", "train/a/y.JPEG", "train/b/10.jpg", "train/b/2.png" }.Select(_folder.Under),
            Enumerable.Range(0, train.Count).Select(train.Describe));
        Assert.Equal([0, 1, 2, 2], Enumerable.Range(0, train.Count).Select(train.Label));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(ImageFolder.DefaultMemoryBudget)]
    public void Pixels_arrive_as_planes_of_red_green_and_blue(long memoryBudget)
    {
        _folder.WriteImage("train/a/0.png", Size, Size, (x, y) => new SKColor((byte)(x * 10), (byte)(y * 10), 77));
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);

        byte[] rgb = Read(ImageFolder.Open(_folder.Path, Size, memoryBudget).Train);

        int plane = Size * Size;
        for (int pixel = 0; pixel < plane; pixel++)
        {
            Assert.Equal((pixel % Size * 10, pixel / Size * 10, 77), (rgb[pixel], rgb[plane + pixel], rgb[(2 * plane) + pixel]));
        }
    }

    [Fact]
    public void Decoded_images_within_the_budget_are_kept_and_beyond_it_are_read_again()
    {
        WriteOne();
        IImageDataset kept = ImageFolder.Open(_folder.Path, Size, memoryBudget: 2 * 3 * Size * Size).Train;
        IImageDataset readAgain = ImageFolder.Open(_folder.Path, Size, memoryBudget: (2 * 3 * Size * Size) - 1).Train;
        File.Delete(_folder.Under("train/a/0.png"));

        Assert.Equal(200, Read(kept)[0]);
        var error = Assert.Throws<DeitException>(() => Read(readAgain));
        Assert.Contains(_folder.Under("train/a/0.png"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.jpg", 1, 1)]
    [InlineData("0.png", 5, 9)]
    [InlineData("0.webp", 40, 13)]
    [InlineData("0.jpeg", 7, 8)]
    public void Any_size_becomes_the_one_asked_for(string name, int width, int height)
    {
        _folder.WriteImage($"train/a/{name}", width, height, Orange);
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);

        byte[] rgb = Read(ImageFolder.Open(_folder.Path, Size).Train);

        Assert.All(rgb[..(Size * Size)], red => Assert.InRange(red, 197, 203));
        Assert.All(rgb[(2 * Size * Size)..], blue => Assert.InRange(blue, 46, 54));
    }

    [Fact]
    public void The_centre_of_a_long_image_is_kept()
    {
        _folder.WriteImage("train/a/0.png", 3 * Size, Size, (x, _) => x / Size == 1 ? SKColors.White : SKColors.Black);
        _folder.WriteImage("val/a/0.png", Size, 3 * Size, (_, y) => y / Size == 1 ? SKColors.White : SKColors.Black);

        DataSplits splits = ImageFolder.Open(_folder.Path, Size);

        Assert.All(Read(splits.Train), value => Assert.Equal(255, value));
        Assert.All(Read(splits.Validation), value => Assert.Equal(255, value));
    }

    [Fact]
    public void Shrinking_averages_what_it_leaves_out()
    {
        _folder.WriteImage("train/a/0.png", 16 * Size, 16 * Size, (x, y) => (x + y) % 2 == 0 ? SKColors.White : SKColors.Black);
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);

        Assert.All(Read(ImageFolder.Open(_folder.Path, Size).Train), value => Assert.InRange(value, 120, 135));
    }

    [Theory]
    [InlineData("0.png")]
    [InlineData("0.jpg")]
    public void A_gray_image_has_three_equal_planes(string name)
    {
        _folder.WriteGrayImage($"train/a/{name}", Size, Size, shade: 90);
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);

        Assert.All(Read(ImageFolder.Open(_folder.Path, Size).Train), value => Assert.InRange(value, 89, 91));
    }

    [Fact]
    public void Transparency_is_dropped_and_the_colour_below_it_stays()
    {
        _folder.WriteImage("train/a/0.png", Size, Size, new SKColor(200, 100, 50, 0));
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);

        Assert.Equal(200, Read(ImageFolder.Open(_folder.Path, Size).Train)[0]);
    }

    [Fact]
    public void Progress_counts_all_images_of_both_parts_in_order()
    {
        for (int image = 0; image < 5; image++) _folder.WriteImage($"train/a/{image}.png", Size, Size, Orange);
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);
        var progress = new Recorder();

        ImageFolder.Open(_folder.Path, Size, progress: progress);

        Assert.Equal(Enumerable.Range(1, 6).Select(done => (done, 6)), progress.Reports);
    }

    [Fact]
    public void A_missing_root_is_named() => AssertRefused("nowhere", Path.Combine(_folder.Path, "nowhere"));

    [Fact]
    public void A_missing_part_is_named()
    {
        _folder.WriteImage("train/a/0.png", Size, Size, Orange);
        AssertRefused("", _folder.Under("val"));
    }

    [Fact]
    public void A_part_without_classes_is_named()
    {
        _folder.WriteImage("train/a/0.png", Size, Size, Orange);
        Directory.CreateDirectory(_folder.Under("val"));
        AssertRefused("", _folder.Under("val"), "empty");
    }

    [Fact]
    public void A_class_without_images_is_named()
    {
        WriteOne();
        _folder.WriteFile("val/a/readme.txt", [1]);
        File.Delete(_folder.Under("val/a/0.png"));
        AssertRefused("", _folder.Under("val/a"), ".webp");
    }

    [Theory]
    [InlineData("train", "val")]
    [InlineData("val", "train")]
    public void A_class_of_one_part_alone_is_named(string present, string absent)
    {
        WriteOne();
        _folder.WriteImage($"{present}/zebra/0.png", Size, Size, Orange);
        AssertRefused("", $"'zebra' is in '{_folder.Under(present)}' but not in '{_folder.Under(absent)}'");
    }

    [Fact]
    public void A_file_that_is_no_image_is_named()
    {
        WriteOne();
        AssertRefused("", _folder.WriteFile("train/a/1.jpg", [1, 2, 3]), "no image");
    }

    [Fact]
    public void A_file_that_ends_too_early_is_named()
    {
        WriteOne();
        string path = _folder.WriteImage("train/a/1.jpg", 64, 64, (x, y) => new SKColor((byte)(x * y), (byte)x, (byte)y));
        byte[] content = File.ReadAllBytes(path);
        File.WriteAllBytes(path, content[..(content.Length / 2)]);
        AssertRefused("", path, "ends too early");
    }

    [Fact]
    public void Of_several_bad_images_the_first_is_named()
    {
        WriteOne();
        for (int image = 1; image < 30; image++) _folder.WriteFile($"train/a/{image:00}.jpg", [1, 2, 3]);
        AssertRefused("", _folder.Under("train/a/01.jpg"));
    }

    private static byte[] Read(IImageDataset dataset)
    {
        var rgb = new byte[3 * dataset.Height * dataset.Width];
        dataset.Read(0, rgb);
        return rgb;
    }

    private void WriteOne()
    {
        _folder.WriteImage("train/a/0.png", Size, Size, Orange);
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);
    }

    private void AssertRefused(string below, params string[] messageParts)
    {
        var error = Assert.Throws<DeitException>(() => ImageFolder.Open(Path.Combine(_folder.Path, below), Size));
        Assert.All(messageParts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
    }

    private sealed class Recorder : IProgress<(int Done, int Total)>
    {
        public List<(int Done, int Total)> Reports { get; } = [];

        public void Report((int Done, int Total) value) => Reports.Add(value);
    }
}
