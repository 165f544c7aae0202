using Deit.Data;
using static Deit.Tests.Data.Batches;

namespace Deit.Tests.Data;

public class BadImagesTests
{
    private static readonly DataLoaderOptions Plain = new()
    {
        BatchSize = 4,
        Transform = new EvaluationTransform(Preprocessing.Default with { CropPct = 1 }, 8),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void A_bad_image_is_replaced_by_the_next_with_its_class_and_counted_once(int workers)
    {
        var bad = new BadImages(3);
        var loader = new DataLoader(new PatternDataset(12, failAt: [3, 4, 11]), Plain with { BadImages = bad, Workers = workers });

        Assert.Equal([0, 1, 2, 5, 5, 5, 6, 7, 8, 9, 10, 0], Indices(loader.Epoch(0)));
        Assert.Equal([0L, 1, 2, 2, 2, 2, 0, 1, 2, 0, 1, 0], Labels(loader.Epoch(1)));
        Assert.Equal(["pattern[11]", "pattern[3]", "pattern[4]"], bad.Found.Select(image => image.Source).Order(StringComparer.Ordinal));
        Assert.All(bad.Found, image => Assert.Equal($"cannot read {image.Source}", image.Reason));
        Assert.Equal(3, bad.TakeNew().Length);
        Assert.Empty(bad.TakeNew());
    }

    [Fact]
    public void Beyond_the_limit_training_stops_with_the_reason()
    {
        var loader = new DataLoader(new PatternDataset(12, failAt: [1, 6, 9]), Plain with { BadImages = new BadImages(2), Workers = 1 });

        string message = Assert.Throws<DeitException>(() => Indices(loader.Epoch(0))).Message;

        Assert.Equal("3 images cannot be read, and data.max_bad_images puts up with 2; the last: cannot read pattern[9]", message);
    }

    [Fact]
    public void None_is_put_up_with_where_the_limit_is_none()
    {
        var loader = new DataLoader(new PatternDataset(12, failAt: [1]), Plain with { BadImages = new BadImages(0) });
        Assert.Equal("cannot read pattern[1]", Assert.Throws<DeitException>(() => Indices(loader.Epoch(0))).Message);
    }

    [Fact]
    public void A_long_row_of_bad_images_is_no_accident()
    {
        var dataset = new PatternDataset(100, failAt: [.. Enumerable.Range(20, 60)]);
        var loader = new DataLoader(dataset, Plain with { BadImages = new BadImages(1000), Workers = 1 });

        string message = Assert.Throws<DeitException>(() => Indices(loader.Epoch(0))).Message;

        Assert.StartsWith("50 images of pattern in a row cannot be read, from 'pattern[20]' on", message, StringComparison.Ordinal);
    }
}
