using Deit.Augmentation;
using Deit.Compiler.Augmentation;

namespace Deit.Tests.Augmentation;

public sealed class PolicyGrammarTests
{
    [Fact]
    public void A_name_alone_has_timms_defaults()
    {
        RandAugmentPolicy policy = Rand("rand");

        Assert.Equal(OperatorNames.RandAugment, policy.Steps.Select(static step => step.Operator));
        Assert.All(policy.Steps, static step => Assert.Equal((0.5, 10), (step.Probability, step.Magnitude)));
        Assert.Equal((2, 0, 10), (policy.Layers, policy.MagnitudeDeviation, policy.MagnitudeMaximum));
        Assert.Empty(policy.Weights);
    }

    [Fact]
    public void Parts_are_read_in_any_order()
    {
        RandAugmentPolicy policy = Rand("rand-inc1-n3-mstd0.5-p0.25-m9-mmax30");

        Assert.Equal(OperatorNames.Increasing, policy.Steps.Select(static step => step.Operator));
        Assert.All(policy.Steps, static step => Assert.Equal((0.25, 9), (step.Probability, step.Magnitude)));
        Assert.Equal((3, 0.5, 30), (policy.Layers, policy.MagnitudeDeviation, policy.MagnitudeMaximum));
        Assert.Equal(policy, Rand("rand-m9-mmax30-mstd0.5-n3-inc1-p0.25"));
    }

    [Theory]
    [InlineData("rand-tweights", 15, 10.1)]
    [InlineData("rand-t3aw", 14, 33)]
    public void Weighted_sets_have_weights(string text, int operators, double total)
    {
        RandAugmentPolicy policy = Rand(text);

        Assert.Equal((operators, operators), (policy.Steps.Count, policy.Weights.Count));
        Assert.Equal(total, policy.Weights.Sum(), 1e-12);
    }

    [Fact]
    public void A_set_of_three_is_3_Augments() => Assert.Equal(OperatorNames.ThreeAugment, Rand("rand-t3a").Steps.Select(static step => step.Operator));

    [Fact]
    public void A_deviation_beyond_all_magnitudes_is_uniform() =>
        Assert.Equal(double.PositiveInfinity, Rand("rand-mstd101").MagnitudeDeviation);

    [Theory]
    [InlineData("original", 25, "PosterizeOriginal")]
    [InlineData("originalr", 25, "PosterizeIncreasing")]
    [InlineData("v0", 25, "Posterize")]
    [InlineData("v0r", 25, "PosterizeIncreasing")]
    [InlineData("3a", 3, "GaussianBlurRand")]
    public void AutoAugments_policies_have_their_sequences(string text, int sequences, string has)
    {
        Assert.Null(PolicyGrammar.Read($"{text}-mstd0.5", out AugmentationPolicy? read));
        AutoAugmentPolicy policy = Assert.IsType<AutoAugmentPolicy>(read);

        Assert.Equal(sequences, policy.Sequences.Count);
        Assert.Equal(0.5, policy.MagnitudeDeviation);
        Assert.Contains(policy.Sequences.SelectMany(static sequence => sequence), step => step.Operator == has);
    }

    [Fact]
    public void AugMix_draws_magnitudes_uniformly_unless_told_otherwise()
    {
        Assert.Null(PolicyGrammar.Read("augmix-m5-w4-d2-a0.5-b1", out AugmentationPolicy? read));
        AugMixPolicy policy = Assert.IsType<AugMixPolicy>(read);

        Assert.Equal((4, 2, 0.5, true, double.PositiveInfinity), (policy.Width, policy.Depth, policy.Alpha, policy.Blended, policy.MagnitudeDeviation));
        Assert.All(policy.Steps, static step => Assert.Equal((1, 5), (step.Probability, step.Magnitude)));
        Assert.Null(PolicyGrammar.Read("augmix-mstd0", out AugmentationPolicy? still));
        Assert.Equal((3, 3, 0, 0), (((AugMixPolicy)still!).Width, ((AugMixPolicy)still).Steps[0].Magnitude, ((AugMixPolicy)still).Depth, still.MagnitudeDeviation));
    }

    [Theory]
    [InlineData("", "there is no policy ''")]
    [InlineData("rnd-m9", "there is no policy 'rnd'. Did you mean 'rand'?")]
    [InlineData("rand-m9.5", "'m9.5' must have a whole number from 0 to 1000")]
    [InlineData("rand-x3", "'x3' is no part of it; accepted are m (magnitude)")]
    [InlineData("rand-w0", "'w0' is no part of it")]
    [InlineData("rand-m9-m8", "'m8' gives 'm' a second time")]
    [InlineData("rand-inc", "'inc' has no value")]
    [InlineData("rand-inc0", "'inc0' must be 'inc1'; to switch it off, leave it out")]
    [InlineData("rand-p1.5", "'p1.5' must have a number from 0 to 1")]
    [InlineData("rand-tweight", "'tweight' names no set of operators. Did you mean 'tweights'?")]
    [InlineData("rand-tweights-n16", "'n16' must have a whole number from 1 to 15")]
    [InlineData("rand-mstd0.5-", "'' is no part of it")]
    [InlineData("v0-m9", "'m9' is no part of it; accepted are mstd (standard deviation of the magnitude)")]
    [InlineData("augmix-a0", "'a' must be greater than 0")]
    [InlineData("augmix-w0", "'w0' must have a whole number from 1 to 100")]
    public void A_wrong_part_is_named_with_what_is_accepted(string text, string expected)
    {
        string? wrong = PolicyGrammar.Read(text, out AugmentationPolicy? policy);

        Assert.Null(policy);
        Assert.Contains(expected, wrong, StringComparison.Ordinal);
        DeitException refused = Assert.Throws<DeitException>(() => new AugmentationOptions { AutoAugment = text });
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Any_text_is_read_or_refused_in_one_line()
    {
        var random = new Random(3);
        string[] pieces = ["rand", "augmix", "v0", "3a", "-", "m", "n", "p", "mstd", "mmax", "inc", "t", "weights", "1", "9", "0.5", ".", "e", "\u0663", "99999999999", "\n", "NaN"];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));

            string? wrong = PolicyGrammar.Read(text, out AugmentationPolicy? policy);

            Assert.Equal(wrong is null, policy is not null);
        }
    }

    private static RandAugmentPolicy Rand(string text)
    {
        Assert.Null(PolicyGrammar.Read(text, out AugmentationPolicy? policy));
        return Assert.IsType<RandAugmentPolicy>(policy);
    }
}
