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

    [Fact]
    public void Images_keep_their_size()
    {
        _folder.WriteImage("train/a/0.png", 5, 9, (x, y) => new SKColor((byte)(x * 10), (byte)(y * 10), 77));
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);

        using RgbImage image = ImageFolder.Open(_folder.Path, Size).Train.Load(0);

        Assert.Equal((5, 9), (image.Width, image.Height));
        for (int pixel = 0; pixel < 5 * 9; pixel++)
        {
            Assert.Equal([(byte)(pixel % 5 * 10), (byte)(pixel / 5 * 10), 77], image.Pixels.Slice(pixel * 3, 3).ToArray());
        }
    }

    [Fact]
    public void Nothing_is_decoded_before_it_is_read()
    {
        WriteOne();
        _folder.WriteFile("train/a/1.jpg", [1, 2, 3]);
        IImageDataset train = ImageFolder.Open(_folder.Path, Size).Train;

        Assert.Equal(200, Pixels.Of(train, 0)[0]);
        string message = Assert.Throws<DeitException>(() => train.Load(1)).Message;
        Assert.Contains(_folder.Under("train/a/1.jpg"), message, StringComparison.Ordinal);
        Assert.Contains("no image", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_in_folders_below_a_class_belong_to_it()
    {
        WriteOne();
        _folder.WriteImage("train/a/deep/er/1.png", Size, Size, Orange);

        Assert.Equal(2, ImageFolder.Open(_folder.Path, Size).Train.Count);
    }

    [Theory]
    [InlineData("validation")]
    [InlineData("valid")]
    [InlineData("test")]
    public void The_part_to_judge_by_has_several_names(string part)
    {
        _folder.WriteImage("train/a/0.png", Size, Size, Orange);
        _folder.WriteImage($"{part}/a/0.png", Size, Size, Orange);

        Assert.Equal(_folder.Under(part), ImageFolder.Open(_folder.Path, Size).Validation.Name);
    }

    [Fact]
    public void Links_are_followed_but_never_round()
    {
        WriteOne();
        Directory.CreateSymbolicLink(_folder.Under("train/b"), _folder.Under("train/a"));
        Directory.CreateSymbolicLink(_folder.Under("val/b"), _folder.Under("val/a"));
        Assert.Equal(["a", "b"], ImageFolder.Open(_folder.Path, Size).Train.ClassNames);

        Directory.CreateSymbolicLink(_folder.Under("train/a/round"), _folder.Under("train"));
        AssertRefused("", "round' leads back");
    }

    [Fact]
    public void A_link_to_itself_and_one_to_nowhere_are_reported_by_path()
    {
        WriteOne();
        File.CreateSymbolicLink(_folder.Under("train/a/nowhere.png"), _folder.Under("gone.png"));
        string message = Assert.Throws<DeitException>(() => ImageFolder.Open(_folder.Path, Size).Train.Load(1)).Message;
        Assert.Contains("nowhere.png", message, StringComparison.Ordinal);

        File.CreateSymbolicLink(_folder.Under("train/a/self.png"), _folder.Under("train/a/self.png"));
        AssertRefused("", _folder.Under("train/a/self.png"));
    }

    [Fact]
    public void An_image_in_no_class_is_named()
    {
        WriteOne();
        AssertRefused("", _folder.WriteFile("train/stray.jpg", [1]), "no class");
    }

    [Fact]
    public void What_no_decoder_knows_is_an_image_that_cannot_be_read_not_one_left_out()
    {
        WriteOne();
        _folder.WriteFile("train/a/1.tif", [1, 2, 3]);
        IImageDataset train = ImageFolder.Open(_folder.Path, Size).Train;

        Assert.Equal(2, train.Count);
        Assert.Throws<DeitException>(() => train.Load(1));
    }

    [Fact]
    public void Transparency_is_dropped_and_the_colour_below_it_stays()
    {
        _folder.WriteImage("train/a/0.png", Size, Size, new SKColor(200, 100, 50, 0));
        _folder.WriteImage("val/a/0.png", Size, Size, Orange);

        Assert.Equal(200, Pixels.Of(ImageFolder.Open(_folder.Path, Size).Train, 0)[0]);
    }

    [Fact]
    public void A_missing_root_is_named() => AssertRefused("nowhere", Path.Combine(_folder.Path, "nowhere"));

    [Fact]
    public void A_missing_part_is_named()
    {
        _folder.WriteImage("train/a/0.png", Size, Size, Orange);
        AssertRefused("", _folder.Path, "'val'", "data.validation");
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
}
