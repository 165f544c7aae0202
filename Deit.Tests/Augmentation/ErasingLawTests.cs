using Deit.Augmentation;
using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Augmentation;

public sealed class ErasingLawTests
{
    private const int Draws = 20_000;
    private const int Side = 2000;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Area_and_aspect_are_uniform(int count)
    {
        PixelBox[] boxes = [.. Enumerable.Range(0, Draws).Select(i => Eraser.Draw(Side, Side, count, RandomStream.For(1, 0, i, 0))!.Value)];

        Laws.AssertUniform(boxes.Select(box => (double)box.Width * box.Height * count / (Side * Side)), 0.02, 1.0 / 3);
        Laws.AssertUniform(boxes.Select(static box => Math.Log((double)box.Height / box.Width)), Math.Log(0.3), -Math.Log(0.3));
    }

    [Fact]
    public void Places_are_uniform()
    {
        var random = new Random(2);
        PixelBox[] boxes = [.. Enumerable.Range(0, Draws).Select(i => Eraser.Draw(60, 50, 1, RandomStream.For(2, 0, i, 0))!.Value)];

        Laws.AssertUniform(boxes.Select(box => (box.Left + random.NextDouble()) / (50 - box.Width + 1)), 0, 1);
        Laws.AssertUniform(boxes.Select(box => (box.Top + random.NextDouble()) / (60 - box.Height + 1)), 0, 1);
    }

    [Fact]
    public void Images_are_covered_as_often_as_the_probability_says_by_as_many_rectangles()
    {
        var eraser = new Eraser(0.25, ErasingMode.Const, mostRectangles: 4);
        var counts = new int[4];
        int covered = 0;
        var image = new float[3 * 64 * 64];
        for (int i = 0; i < Draws; i++)
        {
            var drawn = new List<string>();
            eraser.Apply(image, 64, 64, new SampleKey(3, 0, i), drawn);
            if (drawn.Count == 0) continue;
            covered++;
            counts[drawn.Count - 1]++;
        }

        Laws.AssertShare(0.25, covered, Draws);
        Laws.AssertFrequencies(counts, [1, 1, 1, 1]);
    }

    [Fact]
    public void The_mean_colour_covers_all_channels()
    {
        float[] image = Erase(ErasingMode.Const);

        Assert.All(Enumerable.Range(0, 64 * 64), pixel => Assert.Equal(image[pixel] == 0, image[(64 * 64) + pixel] == 0 && image[(2 * 64 * 64) + pixel] == 0));
        Assert.InRange(image.Count(static value => value == 0), 3 * 64 * 64 * 0.015, 3 * 64 * 64 * 0.34);
    }

    [Fact]
    public void One_random_colour_covers_a_rectangle()
    {
        float[] image = Erase(ErasingMode.Rand);

        for (int channel = 0; channel < 3; channel++)
        {
            float colour = Assert.Single(image.Skip(channel * 64 * 64).Take(64 * 64).Where(static value => value != 5).Distinct());
            Assert.InRange(colour, -5, 5);
        }
    }

    [Fact]
    public void Random_pixels_are_of_the_standard_normal_distribution()
    {
        double[] noise = [.. Erase(ErasingMode.Pixel).Where(static value => value != 5).Select(static value => (double)value)];

        Assert.True(noise.Length > 200);
        Laws.AssertFollow(noise, Laws.Normal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(1, 50)]
    public void Small_images_are_covered_or_left(int height, int width)
    {
        var eraser = new Eraser(1, ErasingMode.Pixel, mostRectangles: 2);
        var image = new float[3 * height * width];
        for (int i = 0; i < 200; i++) eraser.Apply(image, height, width, new SampleKey(5, 0, i), drawn: null);

        Assert.All(image, static value => Assert.True(float.IsFinite(value)));
    }

    private static float[] Erase(ErasingMode mode)
    {
        float[] image = [.. Enumerable.Repeat(5f, 3 * 64 * 64)];
        new Eraser(1, mode, mostRectangles: 1).Apply(image, 64, 64, new SampleKey(4, 0, 7), drawn: null);
        return image;
    }
}
