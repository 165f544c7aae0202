using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Data;

public class DatasetsTests
{
    [Fact]
    public void Digits_open_by_name()
    {
        DataSplits digits = Datasets.Open("digits", path: null, imageSize: 32);
        Assert.Equal(("digits/train", 32), (digits.Train.Name, digits.ImageSize));
    }

    [Fact]
    public void A_folder_opens_by_name_with_the_colours_of_ImageNet()
    {
        using var folder = new TemporaryFolder();
        folder.WriteImage("train/a/0.png", 4, 4, SkiaSharp.SKColors.Red);
        folder.WriteImage("val/a/0.png", 4, 4, SkiaSharp.SKColors.Red);

        DataSplits splits = Datasets.Open("folder", folder.Path, imageSize: 4);

        Assert.Equal(new[] { 0.485f, 0.456f, 0.406f }, splits.Mean.AsEnumerable());
        Assert.Equal(new[] { 0.229f, 0.224f, 0.225f }, splits.StandardDeviation.AsEnumerable());
        Assert.Equal((1, 1), (splits.Train.Count, splits.Validation.Count));
    }

    [Theory]
    [InlineData("digit", null, "Did you mean 'digits'?")]
    [InlineData("imagenet", null, "digits, auto, folder, zip, tar, cifar10, cifar100, idx")]
    [InlineData("digits", "/data", "'/data' was given")]
    [InlineData("folder", null, "needs a path")]
    [InlineData("folder", "", "needs a path")]
    public void What_cannot_be_opened_is_explained(string dataset, string? path, string explanation)
    {
        var error = Assert.Throws<DeitException>(() => Datasets.Open(dataset, path, imageSize: 32));
        Assert.Contains(explanation, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tar", "data/val/a/0.png", "", "'{0}' holds folders of images, not tar archives: set data.dataset to 'folder'")]
    [InlineData("folder", "data/cifar-10-batches-bin/data_batch_1.bin", "", "CIFAR-10 in its binary version, not folders of images")]
    [InlineData("auto", "data/notes.txt", "/notes.txt", "is known as no dataset")]
    [InlineData("zip", "data/notes.txt", "", "There are no .zip files at")]
    [InlineData("auto", "data/notes.txt", "/nowhere", "There is no folder")]
    [InlineData("cifar10", "data/notes.txt", "/nowhere", "There is no folder")]
    [InlineData("idx", "data/notes.txt", "", "lacks 'train-labels-idx1")]
    public void What_was_found_and_what_was_expected_is_said(string dataset, string file, string below, string message)
    {
        using var folder = new TemporaryFolder();
        folder.WriteFile(file, [1, 2, 3]);
        string path = folder.Under("data") + below;

        var error = Assert.Throws<DeitException>(() => Datasets.Open(dataset, path, imageSize: 32));

        Assert.Contains(message.Replace("{0}", path, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_not_divided_are_divided_by_a_share_of_every_class()
    {
        using TemporaryFolder folder = Undivided();
        var source = new DataSource { Dataset = "folder", Path = folder.Path, ImageSize = 4, Validation = 0.2 };

        DataSplits splits = Datasets.Open(source);

        Assert.Equal((16, 4), (splits.Train.Count, splits.Validation.Count));
        Assert.Equal([2, 2], Enumerable.Range(0, 4).GroupBy(splits.Validation.Label).Select(group => group.Count()));
        Assert.Equal(20, Files(splits.Train).Union(Files(splits.Validation)).Count());
        Assert.Equal(Files(splits.Validation), Files(Datasets.Open(source).Validation));

        static IEnumerable<string> Files(IImageDataset part) => Enumerable.Range(0, part.Count).Select(part.Describe);
    }

    [Fact]
    public void A_share_is_asked_for_where_it_is_needed_and_refused_where_not()
    {
        using TemporaryFolder folder = Undivided();
        var source = new DataSource { Dataset = "auto", Path = folder.Path, ImageSize = 4 };
        Assert.Contains("data.validation", Refused(source), StringComparison.Ordinal);
        Assert.Contains("leaves 20 to train on and 0 to judge by", Refused(source with { Validation = 0.01 }), StringComparison.Ordinal);
        Assert.Contains("data.validation is 1;", Assert.Throws<DeitException>(() => source with { Validation = 1 }).Message, StringComparison.Ordinal);
        Assert.Contains("divided already", Refused(new DataSource { Validation = 0.1 }), StringComparison.Ordinal);

        folder.WriteImage("train/a/0.png", 4, 4, SkiaSharp.SKColors.Red);
        folder.WriteImage("val/a/0.png", 4, 4, SkiaSharp.SKColors.Red);
        Assert.Contains("leave data.validation out", Refused(source with { Validation = 0.1 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Known_classes_keep_their_order_and_others_are_reported()
    {
        using TemporaryFolder folder = Undivided();
        var source = new DataSource { Dataset = "folder", Path = folder.Path, ImageSize = 4, Validation = 0.2, Classes = ["b", "a"] };
        IImageDataset train = Datasets.Open(source).Train;

        Assert.Equal(["b", "a"], train.ClassNames);
        Assert.Contains($"{Path.DirectorySeparatorChar}b{Path.DirectorySeparatorChar}", train.Describe(0), StringComparison.Ordinal);
        Assert.Equal(0, train.Label(0));
        Assert.Contains("none of the 1 known classes", Refused(source with { Classes = ["a"] }), StringComparison.Ordinal);
        Assert.Contains("The class 'c' is known", Refused(source with { Classes = ["a", "b", "c"] }), StringComparison.Ordinal);
    }

    private static string Refused(DataSource source) => Assert.Throws<DeitException>(() => Datasets.Open(source)).Message;

    private static TemporaryFolder Undivided()
    {
        var folder = new TemporaryFolder();
        for (int image = 0; image < 20; image++) folder.WriteImage($"{(image % 2 == 0 ? "a" : "b")}/{image}.png", 4, 4, SkiaSharp.SKColors.Red);
        return folder;
    }
}
