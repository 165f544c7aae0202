using Deit.Data;

namespace Deit.Tests.Data.Images;

public sealed class RgbImageTests
{
    [Fact]
    public void It_has_the_pixels_it_was_made_of_and_no_more()
    {
        using var image = new RgbImage(3, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal((3, 1), (image.Width, image.Height));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], image.Pixels.ToArray());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void Too_few_or_too_many_pixels_are_refused(int bytes) =>
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 1, new byte[bytes]));

    [Fact]
    public void What_was_given_back_cannot_be_read()
    {
        var image = new RgbImage(1, 1, [1, 2, 3]);
        image.Dispose();
        image.Dispose();
        Assert.Throws<ObjectDisposedException>(() => image.Pixels.Length);
    }
}
