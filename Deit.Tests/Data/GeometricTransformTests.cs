using Deit.Augmentation;
using Deit.Data;

namespace Deit.Tests.Data;

public class GeometricTransformTests
{
    private const int Samples = 20_000;
    private const int Size = 32;

    [Fact]
    public void Half_of_the_images_are_flipped_or_none()
    {
        Assert.InRange(Share(new() { HorizontalFlip = 0.5 }, transform => transform.Flip), 0.48, 0.52);
        Assert.Equal(0, Share(new(), transform => transform.Flip));
    }

    [Fact]
    public void Every_shift_is_as_likely_along_both_axes()
    {
        var options = new AugmentationOptions { Crop = CropMode.Padded, CropPadding = 2 };
        GeometricTransform[] drawn = Draw(options);
        IEnumerable<int> counts = drawn.GroupBy(transform => (transform.ShiftX, transform.ShiftY)).Select(group => group.Count());

        Assert.All(drawn, transform => Assert.InRange(transform.ShiftX, -2, 2));
        Assert.All(drawn, transform => Assert.InRange(transform.ShiftY, -2, 2));
        Assert.Equal(25, counts.Count());
        Assert.All(counts, count => Assert.InRange(count, 680, 920));
    }

    [Fact]
    public void Without_padding_nothing_moves() =>
        Assert.All(Draw(new()), transform => Assert.Equal(default, transform));

    [Fact]
    public void The_asked_share_of_images_is_erased() =>
        Assert.InRange(Share(new() { RandomErasing = 0.25 }, transform => transform.Erased.Width > 0), 0.235, 0.265);

    [Fact]
    public void Erased_rectangles_lie_in_the_image_and_have_the_published_areas()
    {
        ErasedRectangle[] rectangles = [.. Draw(new() { RandomErasing = 1 }).Select(transform => transform.Erased)];

        Assert.All(rectangles, rectangle =>
        {
            Assert.InRange(rectangle.Left, 0, Size - rectangle.Width);
            Assert.InRange(rectangle.Top, 0, Size - rectangle.Height);
        });
        double[] areas = [.. rectangles.Select(rectangle => rectangle.Width * rectangle.Height / (double)(Size * Size))];
        // Whole pixels blur the bounds of 2 and 33 %.
        Assert.InRange(areas.Min(), 0.012, 0.03);
        Assert.InRange(areas.Max(), 0.32, 0.37);
        Assert.InRange(areas.Average(), 0.15, 0.19);
        Assert.InRange(rectangles.Count(rectangle => rectangle.Width > rectangle.Height) / (double)Samples, 0.44, 0.53);
    }

    [Fact]
    public void Switching_one_change_on_leaves_the_others_as_they_were()
    {
        GeometricTransform[] flips = Draw(new() { HorizontalFlip = 0.5 });
        GeometricTransform[] all = Draw(new() { HorizontalFlip = 0.5, RandomErasing = 0.5 });

        Assert.Equal(flips.Select(transform => transform.Flip), all.Select(transform => transform.Flip));
    }

    [Fact]
    public void An_image_changes_from_epoch_to_epoch()
    {
        var options = new AugmentationOptions { Crop = CropMode.Padded, CropPadding = 4, HorizontalFlip = 0.5 };
        IEnumerable<GeometricTransform> epochs = Enumerable.Range(0, 10)
            .Select(epoch => GeometricTransform.Draw(options, Size, Size, RandomStream.For(1, epoch, 5, RandomPurpose.Geometry)));

        Assert.True(epochs.Distinct().Count() > 5);
    }

    private static GeometricTransform[] Draw(AugmentationOptions options) =>
    [
        .. Enumerable.Range(0, Samples)
            .Select(index => GeometricTransform.Draw(options, Size, Size, RandomStream.For(1, 0, index, RandomPurpose.Geometry))),
    ];

    private static double Share(AugmentationOptions options, Func<GeometricTransform, bool> property) =>
        Draw(options).Count(property) / (double)Samples;
}
