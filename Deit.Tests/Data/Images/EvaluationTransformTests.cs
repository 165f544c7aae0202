using System.Collections.Immutable;
using System.Text.Json;
using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Data.Images;

public sealed class EvaluationTransformTests
{
    private static readonly JsonElement Recorded = ReferenceFile.Read("recipe/eval_transform.json").GetProperty("cases");

    public static TheoryData<string> Keys =>
        [.. Recorded.EnumerateArray().Select(static recorded => recorded.GetProperty("key").GetString()!)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_value_is_that_of_timm(string key)
    {
        JsonElement recorded = Recorded.EnumerateArray().Single(one => one.GetProperty("key").GetString() == key);
        using RgbImage image = Source(recorded.GetProperty("width").GetInt32(), recorded.GetProperty("height").GetInt32(), key);
        int size = recorded.GetProperty("size").GetInt32();
        var preprocessing = new Preprocessing { CropPct = recorded.GetProperty("crop_pct").GetDouble(), Interpolation = "bicubic" };

        float[] values = Apply(new EvaluationTransform(preprocessing, size), image);

        Assert.Equal([3L, size, size], recorded.GetProperty("shape").Longs());
        Assert.Equal(
            recorded.GetProperty("row100_first16").Doubles(),
            values.Skip(100 * size).Take(16).Select(static value => (double)value));
        Assert.Equal(
            recorded.GetProperty("corner").Doubles(),
            Enumerable.Range(0, 3).Select(channel => (double)values[channel * size * size]));
        Assert.Equal(recorded.GetProperty("sum").GetDouble(), values.Sum(static value => (double)value), 1e-6);
        Assert.Equal(recorded.GetProperty("l2").GetDouble(), Math.Sqrt(values.Sum(static value => (double)value * value)), 1e-9);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    [InlineData(7, 2)]
    [InlineData(9, 2)]
    [InlineData(11, 4)]
    public void Half_a_pixel_of_margin_goes_to_the_even_side(int longer, int margin)
    {
        var transform = new EvaluationTransform(Plain with { CropPct = 1 }, 4);
        using RgbImage wide = RandomImages.Of(longer, 4, (x, _) => ((byte)x, 0, 0));
        using RgbImage tall = RandomImages.Of(4, longer, (_, y) => ((byte)y, 0, 0));

        Assert.Equal(Enumerable.Range(margin, 4).Select(level => level / 255f), Apply(transform, wide)[..4]);
        Assert.Equal(margin / 255f, Apply(transform, tall)[0]);
    }

    [Theory]
    [InlineData(3, 2, 4, 3)]
    [InlineData(2, 3, 3, 4)]
    [InlineData(50, 31, 4, 3)]
    [InlineData(31, 62, 3, 6)]
    public void The_longer_side_is_truncated(int width, int height, int resizedWidth, int resizedHeight)
    {
        using RgbImage image = RandomImages.Noise(width, height, seed: 4);
        using RgbImage resized = Resampling.Resize(image, resizedWidth, resizedHeight, ResamplingFilter.Bilinear);
        (int left, int top) = (Margin(resizedWidth), Margin(resizedHeight));

        float[] values = Apply(new EvaluationTransform(Plain with { CropPct = 1, Interpolation = "bilinear" }, 3), image);

        using RgbImage centre = resized.Cut(new PixelBox(left, top, 3, 3));
        Assert.Equal(Enumerable.Range(0, 9).Select(pixel => centre.At(pixel % 3, pixel / 3).Green / 255f), values[9..18]);

        static int Margin(int side) => side == 6 ? 2 : 0;
    }

    [Theory]
    [InlineData(224, 0.875, 256)]
    [InlineData(224, 0.9, 248)]
    [InlineData(224, 0.95, 235)]
    [InlineData(288, 1.0, 288)]
    [InlineData(240, 0.882, 272)]
    public void The_shorter_side_is_the_size_divided_by_the_crop_rounded_down(int size, double cropPct, int shorterSide)
    {
        using RgbImage image = RandomImages.Noise(shorterSide, shorterSide, seed: 5);
        int margin = (int)Math.Round((shorterSide - size) / 2.0, MidpointRounding.ToEven);

        float[] values = Apply(new EvaluationTransform(Plain with { CropPct = cropPct }, size), image);

        // An image that has the side already is not resampled.
        Assert.Equal(Enumerable.Range(margin, size).Select(x => image.At(x, margin).Red / 255f), values[..size]);
    }

    [Fact]
    public void Every_channel_has_its_own_mean_and_deviation()
    {
        var preprocessing = new Preprocessing { Mean = [0.5, 0.25, 0], Std = [0.5, 0.125, 2] };
        using RgbImage image = RandomImages.Of(2, 2, (_, _) => (255, 0, 51));
        Assert.Equal([1, -2, 0.1f], Apply(new EvaluationTransform(preprocessing, 1), image));
    }

    [Fact]
    public void A_very_long_image_is_no_more_work_than_its_centre()
    {
        using RgbImage image = RandomImages.Of(1, 1_000_000, (_, _) => (51, 51, 51));
        Assert.All(Apply(new EvaluationTransform(Plain, 8), image), static value => Assert.Equal(0.2f, value));
    }

    [Fact]
    public void A_longer_side_beyond_counting_is_refused()
    {
        using var image = new RgbImage(1, 10_000_000, new byte[30_000_000]);
        var error = Assert.Throws<DeitException>(() => Apply(new EvaluationTransform(Plain, 224), image));
        Assert.Contains("1x10000000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_of_another_size_is_refused()
    {
        using RgbImage image = RandomImages.Noise(4, 4, seed: 6);
        Assert.Throws<ArgumentException>(() => new EvaluationTransform(Plain, 4).Apply(image, new float[47]));
    }

    [Theory]
    [InlineData("bicubik", "Did you mean 'bicubic'?")]
    [InlineData("random", "bilinear")]
    public void An_unknown_filter_is_named(string interpolation, string expected) =>
        AssertRefused(Plain with { Interpolation = interpolation }, $"'{interpolation}'", expected);

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    [InlineData(1e-9)]
    public void A_crop_that_keeps_nothing_or_more_than_all_is_refused(double cropPct) =>
        AssertRefused(Plain with { CropPct = cropPct }, "crop_pct");

    [Fact]
    public void Colours_that_cannot_be_normalised_are_refused()
    {
        AssertRefused(Plain with { Mean = [0.5, 0.5] }, "mean has 2 values");
        AssertRefused(Plain with { Std = default(ImmutableArray<double>) }, "std has 0 values");
        AssertRefused(Plain with { Mean = [0, double.NaN, 0] }, "mean");
        AssertRefused(Plain with { Std = [1, 0, 1] }, "std is 0");
    }

    private static Preprocessing Plain { get; } = new() { Mean = [0, 0, 0], Std = [1, 1, 1] };

    private static float[] Apply(EvaluationTransform transform, RgbImage image)
    {
        var values = new float[3 * transform.Size * transform.Size];
        transform.Apply(image, values);
        return values;
    }

    private static void AssertRefused(Preprocessing preprocessing, params string[] parts)
    {
        var error = Assert.Throws<DeitException>(() => new EvaluationTransform(preprocessing, 224));
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    // The rule that eval_transform.json states.
    private static RgbImage Source(int width, int height, string key)
    {
        double[] noise = HashFill.Uniform(key, (long)width * height * RgbImage.Channels);
        return RandomImages.Of(width, height, (x, y) =>
        {
            double right = x / (width - 1.0);
            double down = y / (height - 1.0);
            double both = (x + y) / (width + height - 2.0);
            int first = ((y * width) + x) * RgbImage.Channels;
            return (Level(right, first), Level(down, first + 1), Level(both, first + 2));
        });

        byte Level(double ramp, int index) => (byte)Math.Floor(255 * ((0.75 * ramp) + (0.25 * (noise[index] + 0.5))));
    }
}
