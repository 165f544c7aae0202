using System.Text.Json;
using Deit.Augmentation;
using Deit.Losses;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Augmentation;

public sealed class MixupCutMixTests
{
    private static readonly JsonElement Reference = ReferenceFile.Read("recipe/mixup_cutmix.json");

    public static TheoryData<string, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, string>();
            foreach (string kind in (string[])["mixup", "cutmix"])
            {
                for (int index = 0; index < Reference.GetProperty(kind).GetArrayLength(); index++)
                {
                    cases.Add(kind, index, "cpu");
                    cases.Add(kind, index, "cuda");
                }
            }

            return cases;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Images_and_targets_equal_the_reference(string kind, int index, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Reference.GetProperty(kind)[index];
        double lambda = expected.GetProperty("lam").GetDouble();
        Tensor images = ReferenceImages(device);

        Tensor mixed;
        if (kind == "mixup")
        {
            mixed = MixupCutMix.Mixup(images, lambda);
        }
        else
        {
            (mixed, CutMixBox box, lambda) = MixupCutMix.CutMix(
                images, lambda, expected.GetProperty("centre_y").GetInt32(), expected.GetProperty("centre_x").GetInt32());
            Assert.Equal(expected.GetProperty("box").Longs(), (long[])[box.Top, box.Bottom, box.Left, box.Right]);
            Assert.Equal(expected.GetProperty("corrected_lam").GetDouble(), lambda);
        }

        Tensor targets = MixupCutMix.Targets(
            Reference.GetProperty("labels").ToTensor(device, ScalarType.Int64),
            Reference.GetProperty("classes").GetInt32(),
            Reference.GetProperty("smoothing").GetDouble(),
            lambda);

        AssertSummary(expected.GetProperty("images"), mixed.Values());
        Tensors.AssertClose(expected.GetProperty("targets").Doubles(), targets.Values(), 1e-7);
        Assert.Equal(ReferenceImages(device).Values(), images.Values());
    }

    [Fact]
    public void A_box_has_the_proportions_of_the_image()
    {
        var box = CutMixBox.Around(centreY: 20, centreX: 30, height: 40, width: 60, lambda: 0.75);

        Assert.Equal(new CutMixBox(Top: 10, Bottom: 30, Left: 15, Right: 45), box);
        Assert.Equal(0.25 * 40 * 60, box.Area);
    }

    [Fact]
    public void Mixup_alone_blends_images_in_the_proportion_of_the_targets()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Mixup = 0.8, Smoothing = 0 }, classes: 5);

        for (int seed = 0; seed < 20; seed++)
        {
            (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(seed));

            Tensor lambda = targets[0, 0];
            Tensors.AssertClose((images * lambda + images.flip(0) * (1 - lambda)).Values(), mixed.Values(), 1e-6);
            Assert.True(targets.sum(1).sub(1).abs().lt(1e-6).all().item<bool>());
        }
    }

    [Fact]
    public void CutMix_alone_pastes_the_area_that_the_targets_tell()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Cutmix = 1, Smoothing = 0 }, classes: 5);

        for (int seed = 0; seed < 20; seed++)
        {
            (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(seed));

            Tensor own = mixed.eq(images);
            Assert.True(own.logical_or(mixed.eq(images.flip(0))).all().item<bool>());
            Assert.Equal(targets[0, 0].item<float>(), own[0].to(ScalarType.Float64).mean().item<double>(), 1e-6);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void The_switch_probability_chooses_between_mixup_and_CutMix(double probability)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Mixup = 1, Cutmix = 1, SwitchProbability = probability }, classes: 5);

        for (int seed = 0; seed < 10; seed++)
        {
            Tensor mixed = mixing.Apply(images, labels, new Random(seed)).Images;

            bool pasted = mixed.eq(images).logical_or(mixed.eq(images.flip(0))).all().item<bool>();
            Assert.Equal(probability == 1, pasted);
        }
    }

    [Theory]
    [InlineData(0.8, 1.0, 0.0)]
    [InlineData(0.0, 0.0, 1.0)]
    public void A_batch_that_is_not_mixed_keeps_its_images_and_smoothed_labels(double mixup, double cutmix, double probability)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Mixup = mixup, Cutmix = cutmix, Probability = probability }, classes: 5);

        (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(1));

        Assert.Equal(images.Values(), mixed.Values());
        Assert.Equal(SoftTargets.FromLabels(labels, 5, 0.1).Values(), targets.Values());
    }

    [Fact]
    public void Batches_are_mixed_as_often_as_the_probability_says()
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor images = tensor(HashFill.Uniform("images", 2), device: CPU).reshape(2, 1, 1, 1);
        using Tensor labels = tensor([0L, 1L], device: CPU);
        var mixing = new MixupCutMix(new() { Mixup = 1, Probability = 0.3 }, classes: 2);
        var random = new Random(5);
        double[] unmixed = images.Values();

        int mixed = Enumerable.Range(0, 4000).Count(_ => !mixing.Apply(images, labels, random).Images.Values().SequenceEqual(unmixed));

        Assert.Equal(0.3, mixed / 4000.0, 5 * Math.Sqrt(0.3 * 0.7 / 4000));
    }

    [Theory]
    [InlineData(MixupMode.Pair, true)]
    [InlineData(MixupMode.Elem, false)]
    public void Images_are_blended_each_in_the_proportion_of_its_targets(MixupMode mode, bool alikeInPairs)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Mixup = 1, Smoothing = 0, Mode = mode }, classes: 5);
        for (int seed = 0; seed < 10; seed++)
        {
            (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(seed));

            Tensor lambdas = targets.gather(1, labels.unsqueeze(1));
            Tensor weights = lambdas.reshape(4, 1, 1, 1);
            Tensors.AssertClose((images * weights + images.flip(0) * (1 - weights)).Values(), mixed.Values(), 1e-6);
            double[] drawn = lambdas.Values();
            Assert.Equal(alikeInPairs, Math.Abs(drawn[0] - drawn[3]) < 1e-6 && Math.Abs(drawn[1] - drawn[2]) < 1e-6);
            Assert.NotEqual(drawn[0], drawn[1], 1e-6);
        }
    }

    [Theory]
    [InlineData(MixupMode.Pair)]
    [InlineData(MixupMode.Elem)]
    public void Boxes_are_pasted_each_of_the_area_that_its_targets_tell(MixupMode mode)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Cutmix = 1, Smoothing = 0, Mode = mode }, classes: 5);
        for (int seed = 0; seed < 10; seed++)
        {
            (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(seed));

            Tensor own = mixed.eq(images);
            Assert.True(own.logical_or(mixed.eq(images.flip(0))).all().item<bool>());
            Tensors.AssertClose(
                targets.gather(1, labels.unsqueeze(1)).flatten().Values(), own.to(ScalarType.Float64).mean([1, 2, 3]).Values(), 1e-6);
        }
    }

    [Fact]
    public void The_weights_of_images_are_drawn_by_themselves_and_as_often_as_the_probability_says()
    {
        using DisposeScope scope = NewDisposeScope();
        const int Count = 4000;
        using Tensor images = zeros([Count, 1, 1, 1], device: CPU);
        using Tensor labels = arange(Count, device: CPU).remainder(2);
        var mixing = new MixupCutMix(new() { Mixup = 1, Probability = 0.6, Smoothing = 0, Mode = MixupMode.Elem }, classes: 2);

        // An image and its partner have different labels, so that the targets tell the weight; Beta(1, 1) is uniform.
        double[] weights = mixing.Apply(images, labels, new Random(3)).Targets.gather(1, labels.unsqueeze(1)).Values();

        double[] mixed = [.. weights.Where(static weight => weight < 1)];
        Laws.AssertShare(0.6, mixed.Length, Count);
        Laws.AssertUniform(mixed, 0, 1);
    }

    [Fact]
    public void Boxes_of_least_and_greatest_share_are_uniform_within()
    {
        var random = new Random(4);
        var heights = new int[30 - 10];
        for (int i = 0; i < 20_000; i++)
        {
            var box = CutMixBox.Draw(height: 50, width: 4, new(0.2, 0.6), random);
            heights[box.Bottom - box.Top - 10]++;
            Assert.InRange(box.Right - box.Left, 0, 1);
            Assert.True(box.Right <= 4 && box.Bottom <= 50 && box.Left >= 0 && box.Top >= 0);
        }

        Laws.AssertFrequencies(heights, [.. heights.Select(static _ => 1.0)]);
    }

    [Fact]
    public void Shares_of_the_box_set_the_weight_whatever_alpha_draws()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { CutmixMinMax = new(0.5, 0.6), CorrectLambda = false, Smoothing = 0 }, classes: 5);
        for (int seed = 0; seed < 10; seed++)
        {
            (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(seed));

            Assert.Equal(targets[0, 0].item<float>(), mixed.eq(images)[0].to(ScalarType.Float64).mean().item<double>(), 1e-6);
        }
    }

    [Fact]
    public void An_uncorrected_weight_is_the_one_that_was_drawn()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Cutmix = 1, CorrectLambda = false, Smoothing = 0 }, classes: 5);

        double[] differences = [.. Enumerable.Range(0, 20).Select(seed =>
        {
            (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(seed));
            return Math.Abs(targets[0, 0].item<float>() - mixed.eq(images)[0].to(ScalarType.Float64).mean().item<double>());
        })];

        Assert.Contains(differences, static difference => difference > 0.02);
    }

    [Fact]
    public void Mixing_ends_with_its_last_epoch()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Mixup = 1, OffEpoch = 3 }, classes: 5);

        Assert.NotEqual(images.Values(), mixing.Apply(images, labels, new Random(1), epoch: 2).Images.Values());
        Assert.Equal(images.Values(), mixing.Apply(images, labels, new Random(1), epoch: 3).Images.Values());
    }

    [Fact]
    public void The_same_seed_mixes_the_same()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Batch();
        var mixing = new MixupCutMix(new() { Mixup = 0.8, Cutmix = 1 }, classes: 5);

        Assert.Equal(
            mixing.Apply(images, labels, new Random(3)).Images.Values(),
            mixing.Apply(images, labels, new Random(3)).Images.Values());
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<DeitException>(() => new MixupOptions { Mixup = -1 });
        Assert.Throws<DeitException>(() => new MixupOptions { Cutmix = double.PositiveInfinity });
        Assert.Throws<DeitException>(() => new MixupOptions { Probability = 1.5 });
        Assert.Throws<DeitException>(() => new MixupOptions { SwitchProbability = double.NaN });
        Assert.Throws<DeitException>(() => new MixupOptions { Smoothing = -0.1 });
        Assert.Throws<DeitException>(() => new MixupOptions { CutmixMinMax = new(0.8, 0.2) });
        Assert.Throws<DeitException>(() => new MixupOptions { CutmixMinMax = new(0.2, 1.1) });
        Assert.Throws<DeitException>(() => new MixupOptions { OffEpoch = -1 });
    }

    [Theory]
    [InlineData(0.8, 0.0, 1.0)]
    [InlineData(0.0, 1.0, 1.0)]
    [InlineData(0.8, 1.0, 0.0)]
    public void Mixing_leaves_nothing_but_its_results(double mixup, double cutmix, double probability)
    {
        using Tensor images = zeros([4, 3, 8, 8], device: CPU);
        using Tensor labels = tensor([0L, 1L, 2L, 3L], device: CPU);
        var mixing = new MixupCutMix(new() { Mixup = mixup, Cutmix = cutmix, Probability = probability }, classes: 5);

        long left = Tensors.LeftBehind(() =>
        {
            (Tensor mixed, Tensor targets) = mixing.Apply(images, labels, new Random(1));
            mixed.Dispose();
            targets.Dispose();
        });

        Assert.Equal(0, left);
    }

    /// <summary>Four images of four classes; not square, so that rows and columns cannot be confused.</summary>
    private static (Tensor Images, Tensor Labels) Batch() => (
        tensor(HashFill.Uniform("images", 4 * 3 * 12 * 20), dtype: ScalarType.Float32, device: CPU).reshape(4, 3, 12, 20),
        tensor([0L, 2L, 1L, 4L], device: CPU));

    private static Tensor ReferenceImages(Device device)
    {
        long[] shape = Reference.GetProperty("shape").Longs();
        double[] values = HashFill.Uniform(Reference.GetProperty("input_key").GetString()!, shape.Aggregate(1L, (a, b) => a * b));
        return (tensor(values, device: device) * 2).to(ScalarType.Float32).reshape(shape);
    }

    private static void AssertSummary(JsonElement expected, double[] actual)
    {
        double l2 = expected.GetProperty("l2").GetDouble();
        Tensors.AssertClose([l2], [Math.Sqrt(actual.Sum(static value => value * value))], 1e-6);
        Assert.Equal(expected.GetProperty("sum").GetDouble(), actual.Sum(), 1e-6 * l2);
        Tensors.AssertClose(expected.GetProperty("first16").Doubles(), actual[..16], 1e-7);
    }
}
