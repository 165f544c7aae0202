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
}
