using Deit.Augmentation;
using Deit.Compiler.Augmentation;
using Deit.Data;
using Deit.Tests.Data.Images;
using Deit.Tests.Support;

namespace Deit.Tests.Augmentation;

public sealed class PolicyLawTests
{
    private const int Draws = 20_000;

    private static readonly PolicySettings Settings = new(ResamplingFilter.Bicubic, new(124, 116, 104), new(100, 0.45));

    [Fact]
    public void RandAugment_chooses_every_operator_as_often()
    {
        RandAugmentPolicy policy = Read<RandAugmentPolicy>("rand-m9-n2");
        var step = new RandAugmentStep(policy, Settings);
        var counts = new int[policy.Steps.Count];
        var pairs = new int[policy.Steps.Count * policy.Steps.Count];
        Span<int> chosen = stackalloc int[2];
        for (int i = 0; i < Draws; i++)
        {
            step.Choose(RandomStream.For(1, 0, i, 0), chosen);
            foreach (int choice in chosen) counts[choice]++;
            pairs[(chosen[0] * counts.Length) + chosen[1]]++;
        }

        Laws.AssertFrequencies(counts, [.. counts.Select(static _ => 1.0)]);
        Laws.AssertFrequencies(pairs, [.. pairs.Select(static _ => 1.0)]);
    }

    [Fact]
    public void Weighted_choices_follow_their_weights_and_never_repeat()
    {
        RandAugmentPolicy policy = Read<RandAugmentPolicy>("rand-tweights-n2");
        var step = new RandAugmentStep(policy, Settings);
        var counts = new int[policy.Steps.Count];
        Span<int> chosen = stackalloc int[2];
        for (int i = 0; i < Draws; i++)
        {
            step.Choose(RandomStream.For(2, 0, i, 0), chosen);
            Assert.NotEqual(chosen[0], chosen[1]);
            counts[chosen[0]]++;
        }

        Laws.AssertFrequencies(counts, [.. policy.Weights]);
    }

    [Fact]
    public void Magnitudes_are_normal_and_clipped()
    {
        RandAugmentPolicy policy = Read<RandAugmentPolicy>("rand-m9-mstd0.5");
        var op = new PolicyOperator(policy.Steps[0], policy, Settings);

        double[] magnitudes = [.. Enumerable.Range(0, Draws).Select(i => op.Magnitude(RandomStream.For(3, 0, i, 0)))];

        Laws.AssertFollow(magnitudes.Where(static magnitude => magnitude < 10), static value => Laws.Normal((value - 9) / 0.5) / Laws.Normal(2));
        Laws.AssertShare(1 - Laws.Normal(2), magnitudes.Count(static magnitude => magnitude == 10), Draws);
    }

    [Fact]
    public void A_greatest_magnitude_lets_them_beyond_ten()
    {
        RandAugmentPolicy policy = Read<RandAugmentPolicy>("rand-m20-mstd1-mmax21");
        var op = new PolicyOperator(policy.Steps[0], policy, Settings);

        double[] magnitudes = [.. Enumerable.Range(0, Draws).Select(i => op.Magnitude(RandomStream.For(4, 0, i, 0)))];

        Laws.AssertShare(1 - Laws.Normal(1), magnitudes.Count(static magnitude => magnitude == 21), Draws);
        Assert.True(magnitudes.Min() > 14);
    }

    [Fact]
    public void Without_bound_on_the_deviation_magnitudes_are_uniform()
    {
        RandAugmentPolicy policy = Read<RandAugmentPolicy>("rand-m7-mstd101");
        var op = new PolicyOperator(policy.Steps[0], policy, Settings);

        Laws.AssertUniform(Enumerable.Range(0, Draws).Select(i => op.Magnitude(RandomStream.For(5, 0, i, 0))), 0, 7);
    }

    [Fact]
    public void Operators_are_applied_as_often_as_the_probability_says()
    {
        var drawn = new List<string>();
        var step = new RandAugmentStep(Read<RandAugmentPolicy>("rand-m9-n1-p0.3"), Settings);
        RgbImage image = RandomImages.Noise(4, 4, seed: 1);
        for (int i = 0; i < Draws / 4; i++) step.Apply(ref image, new SampleKey(6, 0, i), drawn);
        image.Dispose();

        Laws.AssertShare(0.3, drawn.Count, Draws / 4);
    }

    [Fact]
    public void Signs_are_as_likely_and_3_Augments_radii_uniform()
    {
        var scale = new MagnitudeScale(100, 0.45);

        double[] angles = [.. Enumerable.Range(0, Draws).Select(i => scale.Argument("Rotate", 9, RandomStream.For(7, 0, i, 0)))];

        Assert.All(angles, static angle => Assert.Equal(27, Math.Abs(angle), 1e-12));
        Laws.AssertShare(0.5, angles.Count(static angle => angle > 0), Draws);
        Laws.AssertUniform(Enumerable.Range(0, Draws).Select(i => scale.Argument("GaussianBlurRand", 10, RandomStream.For(8, 0, i, 0))), 0.1, 2);
    }

    [Theory]
    [InlineData("Posterize", 9, 3)]
    [InlineData("PosterizeIncreasing", 9, 1)]
    [InlineData("PosterizeIncreasing", 4.9, 3)]
    [InlineData("PosterizeOriginal", 9, 7)]
    [InlineData("Solarize", 5, 128)]
    [InlineData("Solarize", 12, 256)]
    [InlineData("SolarizeIncreasing", 9, 26)]
    [InlineData("SolarizeAdd", 9, 99)]
    [InlineData("SolarizeAdd", 20, 128)]
    [InlineData("Color", 9, 1.72)]
    [InlineData("Desaturate", 10, 1)]
    [InlineData("Desaturate", 0, 0.5)]
    [InlineData("GaussianBlur", 10, 2)]
    [InlineData("AutoContrast", 9, 0)]
    public void Arguments_are_those_of_timm(string name, double magnitude, double expected) =>
        Assert.Equal(expected, new MagnitudeScale(100, 0.45).Argument(name, magnitude, RandomStream.For(0, 0, 0, 0)), 1e-12);

    [Fact]
    public void Nothing_enhances_below_a_tenth()
    {
        var scale = new MagnitudeScale(100, 0.45);

        double[] factors = [.. Enumerable.Range(0, 50).Select(i => scale.Argument("ColorIncreasing", 15, RandomStream.For(9, 0, i, 0))).Distinct().Order()];

        Assert.Equal([0.1, 2.35], factors.Select(static factor => Math.Round(factor, 12)));
    }

    [Theory]
    [InlineData("augmix-m3-w3")]
    [InlineData("augmix-m10-w2-d3-b1")]
    [InlineData("augmix-w1-a0.01-mstd0")]
    public void AugMix_keeps_the_size_and_changes_images(string text)
    {
        var step = new AugMixStep(Read<AugMixPolicy>(text), Settings);
        int changed = 0;
        for (int i = 0; i < 20; i++)
        {
            RgbImage image = RandomImages.Noise(9, 7, seed: i);
            byte[] before = image.Pixels.ToArray();

            step.Apply(ref image, new SampleKey(10, 0, i), drawn: null);

            Assert.Equal((9, 7), (image.Width, image.Height));
            if (!before.SequenceEqual(image.Pixels.ToArray())) changed++;
            image.Dispose();
        }

        Assert.InRange(changed, 5, 20);
    }

    private static TPolicy Read<TPolicy>(string text)
        where TPolicy : AugmentationPolicy
    {
        Assert.Null(PolicyGrammar.Read(text, out AugmentationPolicy? policy));
        return Assert.IsType<TPolicy>(policy);
    }
}
