using Deit.Augmentation;
using Deit.Data;
using Deit.Tests.Data.Images;
using Deit.Tests.Support;

namespace Deit.Tests.Augmentation;

public sealed class CropLawTests
{
    private const int Draws = 20_000;

    private static readonly Interval Scale = new(0.08, 1);
    private static readonly Interval Ratio = new(3.0 / 4, 4.0 / 3);

    [Fact]
    public void Area_and_aspect_are_uniform_where_every_crop_fits()
    {
        // No crop of a quarter of this square leaves it, so that none is refused.
        PixelBox[] boxes = Draw(4000, 4000, new(0.08, 0.25));

        Laws.AssertUniform(boxes.Select(static box => (double)box.Width * box.Height / (4000 * 4000)), 0.08, 0.25);
        Laws.AssertUniform(boxes.Select(static box => Math.Log((double)box.Width / box.Height)), Math.Log(Ratio.Least), Math.Log(Ratio.Greatest));
    }

    [Fact]
    public void Crops_that_do_not_fit_are_drawn_anew()
    {
        // The law of what is left: area and aspect uniform, given that both sides fit.
        var random = new Random(4);
        double[] expected = [.. Endless().Where(static pair => pair.Area * pair.Aspect <= 1 && pair.Area / pair.Aspect <= 1).Select(static pair => pair.Area).Take(200_000).Order()];

        Laws.AssertFollow(
            Draw(4000, 4000, Scale).Select(static box => (double)box.Width * box.Height / (4000 * 4000)),
            value => (double)(Array.BinarySearch(expected, value) is var at && at < 0 ? ~at : at) / expected.Length);

        IEnumerable<(double Area, double Aspect)> Endless()
        {
            while (true)
            {
                yield return (0.08 + (0.92 * random.NextDouble()), Math.Exp(Math.Log(3.0 / 4) + (2 * Math.Log(4.0 / 3) * random.NextDouble())));
            }
        }
    }

    [Fact]
    public void Places_are_uniform()
    {
        PixelBox[] boxes = Draw(500, 400, new(0.2, 0.2));
        var random = new Random(1);

        // A place among n is uniform from 0 to 1 where it is spread over its nth.
        Laws.AssertUniform(boxes.Select(box => (box.Left + random.NextDouble()) / (500 - box.Width + 1)), 0, 1);
        Laws.AssertUniform(boxes.Select(box => (box.Top + random.NextDouble()) / (400 - box.Height + 1)), 0, 1);
    }

    [Theory]
    [InlineData(1000, 10, 13, 10)]
    [InlineData(10, 1000, 10, 13)]
    public void Where_nothing_fits_the_middle_is_taken(int width, int height, int expectedWidth, int expectedHeight)
    {
        PixelBox[] boxes = Draw(width, height, new(0.9, 1));

        Assert.All(boxes, box => Assert.Equal(
            new((width - expectedWidth) / 2, (height - expectedHeight) / 2, expectedWidth, expectedHeight), box));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 300)]
    [InlineData(3, 2)]
    public void Any_image_has_a_crop(int width, int height)
    {
        foreach (CropMode mode in Enum.GetValues<CropMode>())
        {
            var cropper = new Cropper(new() { Crop = mode }, size: 8);
            using RgbImage image = RandomImages.Noise(width, height, seed: 1);
            for (int i = 0; i < 50; i++)
            {
                using RgbImage crop = cropper.Apply(image, new SampleKey(1, 0, i), drawn: null);
                Assert.Equal((8, 8), (crop.Width, crop.Height));
            }
        }
    }

    [Theory]
    [InlineData(CropMode.Simple)]
    [InlineData(CropMode.Padded)]
    public void Windows_are_cut_from_the_image_and_its_border(CropMode mode)
    {
        const int Padding = 4;
        const int Size = 10;
        using RgbImage image = RandomImages.Of(12, Size, static (x, y) => ((byte)(10 + x), (byte)(10 + y), 7));
        var cropper = new Cropper(new() { Crop = mode, CropPadding = Padding }, Size);
        var seen = new Dictionary<(int Left, int Top), int>();
        for (int i = 0; i < Draws; i++)
        {
            var drawn = new List<string>();
            using RgbImage crop = cropper.Apply(image, new SampleKey(2, 0, i), drawn);
            int[] place = [.. drawn.Single()[3..].Split(',').Select(int.Parse)];
            seen[(place[0], place[1])] = seen.GetValueOrDefault((place[0], place[1])) + 1;
            if (seen[(place[0], place[1])] > 1) continue;
            for (int y = 0; y < Size; y++)
            {
                for (int x = 0; x < Size; x++) Assert.Equal(Expected(place[0] + x, place[1] + y), crop.At(x, y));
            }
        }

        // Left from -4 to 12 + 4 - 10, top from -4 to 4.
        Assert.Equal((11 * 9, -Padding, 6, -Padding, Padding), (
            seen.Count, seen.Keys.Min(static key => key.Left), seen.Keys.Max(static key => key.Left), seen.Keys.Min(static key => key.Top), seen.Keys.Max(static key => key.Top)));
        Laws.AssertFrequencies([.. seen.Values], [.. seen.Values.Select(static _ => 1.0)]);

        (byte, byte, byte) Expected(int x, int y)
        {
            if (mode == CropMode.Padded) return x is >= 0 and < 12 && y is >= 0 and < Size ? image.At(x, y) : default;
            return image.At(x < 0 ? -x : x >= 12 ? 22 - x : x, y < 0 ? -y : y >= Size ? 18 - y : y);
        }
    }

    [Fact]
    public void A_random_filter_is_bilinear_as_often_as_bicubic()
    {
        var cropper = new Cropper(new() { Crop = CropMode.RandomResized, Interpolation = null }, size: 8);

        ResamplingFilter[] filters = [.. Enumerable.Range(0, Draws).Select(i => cropper.Plan(20, 20, new SampleKey(3, 0, i))!.Value.Filter)];

        Laws.AssertShare(0.5, filters.Count(static filter => filter == ResamplingFilter.Bilinear), Draws);
        Assert.All(filters, static filter => Assert.True(filter is ResamplingFilter.Bilinear or ResamplingFilter.Bicubic));
    }

    private static PixelBox[] Draw(int width, int height, Interval scale) =>
        [.. Enumerable.Range(0, Draws).Select(i => Cropper.Draw(width, height, scale, Ratio, RandomStream.For(1, 0, i, 0)))];
}
