using Deit.Augmentation;
using Deit.Data;
using Deit.Tests.Data.Images;
using Deit.Tests.Support;

namespace Deit.Tests.Augmentation;

public sealed class TrainingTransformTests
{
    private const int Size = 24;

    private static readonly AugmentationOptions Everything = new()
    {
        Crop = CropMode.RandomResized,
        Interpolation = null,
        HorizontalFlip = 0.5,
        VerticalFlip = 0.3,
        AutoAugment = "rand-m9-mstd0.5-inc1",
        ColorJitter = new(0.4, 0.4, 0.4, 0.1),
        ForceColorJitter = true,
        ColorJitterProbability = 0.8,
        Grayscale = 0.2,
        GaussianBlur = 0.3,
        RandomErasing = 0.5,
        RandomErasingMode = ErasingMode.Pixel,
        RandomErasingCount = 3,
    };

    [Fact]
    public void A_key_gives_the_same_values_on_any_thread()
    {
        TrainingTransform transform = Make(Everything);
        using RgbImage image = RandomImages.Noise(40, 30, seed: 1);
        float[][] alone = [.. Enumerable.Range(0, 64).Select(i => Apply(transform, image, new(9, 2, i, 1)))];
        var together = new float[alone.Length][];

        Parallel.For(0, alone.Length, i => together[i] = Apply(transform, image, new(9, 2, i, 1)));

        Assert.Equal(alone, together);
        Assert.Equal(alone[3], Apply(Make(Everything), image, new(9, 2, 3, 1)));
    }

    [Fact]
    public void Seed_epoch_index_and_repeat_all_count()
    {
        TrainingTransform transform = Make(Everything);
        using RgbImage image = RandomImages.Noise(40, 30, seed: 2);
        SampleKey[] keys = [new(1, 0, 0), new(2, 0, 0), new(1, 1, 0), new(1, 0, 1), new(1, 0, 0, 1)];

        Assert.Equal(keys.Length, keys.Select(key => string.Join(' ', Apply(transform, image, key))).Distinct().Count());
    }

    [Fact]
    public void Nothing_is_drawn_where_everything_is_off()
    {
        using RgbImage image = RandomImages.Noise(40, 30, seed: 3);
        var still = new EvaluationTransform(Preprocessing.Default with { CropPct = 1 }, Size);
        var expected = new float[3 * Size * Size];
        still.Apply(image, expected);

        Assert.Equal(expected, Apply(Make(new()), image, new(1, 0, 5)));
    }

    [Fact]
    public void Switching_a_step_on_leaves_the_draws_of_others()
    {
        using RgbImage image = RandomImages.Noise(40, 30, seed: 4);
        TrainingTransform all = Make(Everything);
        TrainingTransform without = Make(Everything with { HorizontalFlip = 0, AutoAugment = null, RandomErasing = 0 });
        for (int i = 0; i < 50; i++)
        {
            (List<string> more, List<string> less) = (Drawn(all, image, i), Drawn(without, image, i));

            Assert.Equal(less, more.Where(word => less.Contains(word)));
            Assert.Equal(more[0], less[0]);
        }
    }

    [Fact]
    public void Flips_mirror_as_often_as_their_probability_says()
    {
        using RgbImage image = RandomImages.Noise(Size, Size, seed: 5);
        TrainingTransform transform = Make(new() { HorizontalFlip = 0.4, VerticalFlip = 0.3 });
        List<string>[] drawn = [.. Enumerable.Range(0, 4000).Select(i => Drawn(transform, image, i))];

        Laws.AssertShare(0.4, drawn.Count(static words => words.Contains("flipped")), 4000);
        Laws.AssertShare(0.3, drawn.Count(static words => words.Contains("upside down")), 4000);
        Laws.AssertShare(0.12, drawn.Count(static words => words.Count == 2), 4000);
    }

    [Fact]
    public void A_flip_mirrors_the_image()
    {
        using RgbImage image = RandomImages.Noise(Size, Size, seed: 6);
        float[] plain = Apply(Make(new()), image, default);

        float[] across = Apply(Make(new() { HorizontalFlip = 1 }), image, default);
        float[] down = Apply(Make(new() { VerticalFlip = 1 }), image, default);

        for (int row = 0; row < 3 * Size; row++)
        {
            Assert.Equal(plain.AsSpan(row * Size, Size).ToArray().Reverse(), across.AsSpan(row * Size, Size).ToArray());
            int mirrored = (row / Size * Size) + Size - 1 - (row % Size);
            Assert.Equal(plain.AsSpan(mirrored * Size, Size).ToArray(), down.AsSpan(row * Size, Size).ToArray());
        }
    }

    [Theory]
    [InlineData(null, false, true)]
    [InlineData("rand-m9-p0", false, false)]
    [InlineData("rand-m9-p0", true, true)]
    [InlineData("3a", false, true)]
    public void Colour_jitter_serves_where_timm_has_it(string? policy, bool force, bool expected)
    {
        using RgbImage image = RandomImages.Noise(Size, Size, seed: 7);
        TrainingTransform transform = Make(new() { AutoAugment = policy, ForceColorJitter = force, ColorJitter = ColorJitterOptions.Of(0.4) });

        List<string> drawn = Drawn(transform, image, 0);

        Assert.Equal(expected, drawn.Any(static word => word.StartsWith("saturation", StringComparison.Ordinal)));
        Assert.DoesNotContain(drawn, static word => word.StartsWith("hue", StringComparison.Ordinal));
    }

    [Fact]
    public void Colour_jitter_draws_uniform_factors_in_any_order()
    {
        using RgbImage image = RandomImages.Noise(2, 2, seed: 8);
        var transform = new TrainingTransform(new() { ColorJitter = new(0.4, 1.5, 0.2, 0.1) }, Preprocessing.Default, 2);
        List<string>[] drawn = [.. Enumerable.Range(0, 6000).Select(i => Drawn(transform, image, i))];

        // Labels have two decimals: half a hundredth is spread evenly.
        var random = new Random(1);
        Laws.AssertUniform(Values("brightness"), 0.6, 1.4);
        Laws.AssertUniform(Values("contrast"), 0, 2.5);
        Laws.AssertUniform(Values("saturation"), 0.8, 1.2);
        Laws.AssertUniform(Values("hue"), -0.1, 0.1);
        var orders = drawn.GroupBy(static words => string.Join(' ', words.Skip(0).Select(static word => word[0]))).ToArray();
        Assert.Equal(24, orders.Length);
        Laws.AssertFrequencies([.. orders.Select(static order => order.Count())], [.. orders.Select(static _ => 1.0)]);

        IEnumerable<double> Values(string name) => drawn
            .Select(words => words.Single(word => word.StartsWith(name, StringComparison.Ordinal)))
            .Select(word => double.Parse(word.AsSpan(name.Length + 1), System.Globalization.CultureInfo.InvariantCulture) + ((random.NextDouble() - 0.5) / 100));
    }

    [Fact]
    public void A_crop_made_beforehand_gives_the_same_sample()
    {
        using RgbImage image = RandomImages.Noise(90, 70, seed: 9);
        TrainingTransform transform = Make(Everything);
        var key = new SampleKey(4, 1, 11);
        (PixelBox box, ResamplingFilter filter) = transform.PlanCrop(image.Width, image.Height, key)!.Value;
        using RgbImage crop = Resampling.CropAndResize(image, box, Size, Size, filter);
        var values = new float[3 * Size * Size];

        transform.ApplyToCrop(crop, key, values);

        Assert.Equal(Apply(transform, image, key), values);
        Assert.Null(Make(new() { Crop = CropMode.Simple }).PlanCrop(90, 70, key));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<DeitException>(() => new AugmentationOptions { Scale = new(0, 1) });
        Assert.Throws<DeitException>(() => new AugmentationOptions { Scale = new(0.5, 1.1) });
        Assert.Throws<DeitException>(() => new AugmentationOptions { Ratio = new(2, 1) });
        Assert.Throws<DeitException>(() => new AugmentationOptions { Ratio = new(1, double.NaN) });
        Assert.Throws<DeitException>(() => new AugmentationOptions { Interpolation = ResamplingFilter.Lanczos });
        Assert.Throws<DeitException>(() => new AugmentationOptions { HorizontalFlip = 1.1 });
        Assert.Throws<DeitException>(() => new AugmentationOptions { VerticalFlip = double.NaN });
        Assert.Throws<DeitException>(() => new AugmentationOptions { ColorJitter = new(-1, 0, 0) });
        Assert.Throws<DeitException>(() => new AugmentationOptions { ColorJitter = new(0, 0, 0, 0.6) });
        Assert.Throws<DeitException>(() => new AugmentationOptions { RandomErasingCount = 0 });
        Assert.Throws<DeitException>(() => new AugmentationOptions { Repeats = 0 });
    }

    private static TrainingTransform Make(AugmentationOptions options) => new(options, Preprocessing.Default, Size);

    private static float[] Apply(TrainingTransform transform, RgbImage image, SampleKey key)
    {
        var values = new float[3 * transform.Size * transform.Size];
        transform.Apply(image, key, values);
        return values;
    }

    private static List<string> Drawn(TrainingTransform transform, RgbImage image, int index)
    {
        var drawn = new List<string>();
        transform.Apply(image, new SampleKey(1, 0, index), new float[3 * transform.Size * transform.Size], drawn);
        return drawn;
    }
}
