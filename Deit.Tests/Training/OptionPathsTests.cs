using Deit.Checkpoints;
using Deit.Compiler;
using Deit.Losses;
using Deit.Optimization;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>What an option does, it does on the fused path as on the reference path.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class OptionPathsTests : IDisposable
{
    private static readonly Dictionary<string, TrainingOptions> Options = new()
    {
        ["plain"] = new(),
        ["value"] = new() { ClipMode = ClipMode.Value, ClipLimit = 1e-3 },
        ["agc"] = new() { ClipMode = ClipMode.Agc, ClipLimit = 1e-3 },
        ["layer_decay"] = new() { LayerDecay = 0.5 },
        ["value, accumulated"] = new() { ClipMode = ClipMode.Value, ClipLimit = 1e-3, GradientAccumulationSteps = 2, EmaDecay = 0.9, EmaWarmup = true },
        ["agc, accumulated"] = new() { ClipMode = ClipMode.Agc, ClipLimit = 1e-3, GradientAccumulationSteps = 3, LayerDecay = 0.5 },
        ["norm, frozen, accumulated"] = new() { ClipLimit = 0.1, GradientAccumulationSteps = 2, Freeze = new() { Prefixes = new EquatableArray<string>(["cls_token", "head"]) } },
        ["ema_warmup"] = new() { EmaDecay = 0.9, EmaWarmup = true },
        ["freeze"] = new() { Freeze = new() { Prefixes = new EquatableArray<string>(["patch_embed", "blocks.0"]) }, EmaDecay = 0.9, ClipLimit = 0.1 },
        ["attention_only"] = new() { Freeze = new() { AttentionOnly = true }, LayerDecay = 0.5 },
        ["bce"] = new() { Loss = new() { Type = LossType.Bce } },
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in Options.Keys.Where(static name => name != "plain"))
            {
                data.Add(name, "cpu");
                data.Add(name, "cuda");
            }

            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void An_option_gives_the_same_weights_on_both_paths_and_others_than_without_it(string name, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = SpecModel.Compile(_folder, TinyTransformer.Keys);
        using IVisionModel fused = TinyTransformer.Filled(registered, device), reference = TinyTransformer.Filled(registered, device), plain = TinyTransformer.Filled(registered, device);

        double[] ofFused = TinyTransformer.Train(fused, Options[name], fused: true, device).Values;
        double[] ofReference = TinyTransformer.Train(reference, Options[name], fused: false, device).Values;
        double[] without = TinyTransformer.Train(plain, Options["plain"] with { EmaDecay = Options[name].EmaDecay }, fused: true, device).Values;

        Tensors.AssertClose(ofReference, ofFused, 1e-12);
        Assert.NotEqual(without, ofFused);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void What_is_frozen_stays_and_is_trained_again_afterwards(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = SpecModel.Compile(_folder, TinyTransformer.Keys);
        foreach (bool fused in new[] { true, false })
        {
            using IVisionModel model = TinyTransformer.Filled(registered, device), initial = TinyTransformer.Filled(registered, device);

            TinyTransformer.Train(model, Options["attention_only"], fused, device);
            string[] changed = Changed(model, initial);
            string[] expected =
                [.. model.Module.named_parameters().Select(static entry => entry.name).Where(static name => name.Contains(".attn.") || name.StartsWith("head.") || name == "pos_embed").Order()];
            TinyTransformer.Train(model, Options["plain"], fused, device);

            Assert.Equal(expected, changed);
            Assert.Equal(model.Module.named_parameters().Select(static entry => entry.name).Order(), Changed(model, initial));
        }
    }

    /// <summary>Every training lays the weights out anew; generated code follows those that are between two frozen ones.</summary>
    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_model_is_trained_again_with_the_same_and_with_nothing_frozen(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = SpecModel.Compile(_folder, TinyTransformer.Keys);
        using IVisionModel fused = TinyTransformer.Filled(registered, device), reference = TinyTransformer.Filled(registered, device);
        TrainingOptions ends = new() { Freeze = new() { Prefixes = new EquatableArray<string>(["cls_token", "head"]) } };

        foreach (TrainingOptions options in new[] { ends, ends, Options["plain"] })
        {
            double[] ofFused = TinyTransformer.Train(fused, options, fused: true, device).Values;
            Tensors.AssertClose(TinyTransformer.Train(reference, options, fused: false, device).Values, ofFused, 1e-12);
        }
    }

    [Fact]
    public void A_prefix_that_fits_nothing_names_the_nearest()
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = SpecModel.Compile(_folder, TinyTransformer.Keys).Create(new());

        var error = Assert.Throws<DeitException>(() => new FrozenParameters(model, new() { Prefixes = new(["patch_embd"]) }));
        Assert.Contains("no parameters 'patch_embd' to freeze. Did you mean 'patch_embed'?", error.Message, StringComparison.Ordinal);
        Assert.Throws<DeitException>(() => new FrozenParameters(model, new() { Prefixes = new(["cls_token", "pos_embed", "patch_embed", "blocks", "norm", "head"]) }));
        Assert.All(model.Module.parameters(), static parameter => Assert.True(parameter.requires_grad));
        using TinyClassifier perceptron = TinyModels.Make<TinyClassifier>();
        Assert.Throws<DeitException>(() => new FrozenParameters(perceptron, new() { AttentionOnly = true }));
    }

    [Fact]
    public void In_evaluation_mode_batch_norms_keep_their_statistics()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        double[] before = model.state_dict()["norm.running_mean"].Values();

        new Trainer<TinyClassifier>(model, TinyTraining.Plain with { Epochs = 1, TrainMode = false }).Fit(TinyTraining.Digits);

        Assert.Equal(before, model.state_dict()["norm.running_mean"].Values());
    }

    [Fact]
    public void Only_every_nth_epoch_is_evaluated_and_the_first_and_the_last()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();

        TrainingResult result = new Trainer<TinyClassifier>(model, TinyTraining.Plain with { Epochs = 6, EvaluateEvery = 3 }).Fit(TinyTraining.Digits);

        Assert.Equal([null, 1, null, 3, 3, null], result.Epochs.Select(static epoch => epoch.EvaluatedEpoch));
        Assert.Equal([1, 2, 3, 4, 5, 6], result.Epochs.Select(static epoch => epoch.Epoch));
        Assert.Equal(result.Epochs[2].Top1, result.Epochs[4].Top1);
        Assert.NotEqual(result.Epochs[2].TrainLoss, result.Epochs[4].TrainLoss);
    }

    [Fact]
    public void A_checkpoint_has_the_accuracy_of_its_own_epoch_or_none()
    {
        RunFolder folder = RunFolder.Create(_folder.File("run"), "run", TimeProvider.System);
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();

        TrainingResult result = new Trainer<TinyClassifier>(model, TinyTraining.Plain with { Epochs = 4, EvaluateEvery = 3 })
            .Fit(TinyTraining.Digits, new() { Folder = folder, Checkpoints = new() { KeepEvery = 1 } });

        Assert.Equal(
            [result.Epochs[0].Top1, null, result.Epochs[2].Top1, result.Epochs[3].Top1],
            Enumerable.Range(1, 4).Select(epoch => CheckpointFolder.Find(folder.KeptCheckpoint(epoch))!.Top1));
    }

    [Fact]
    public void A_training_that_does_not_get_better_ends_and_a_resumed_one_stays_ended()
    {
        TrainingOptions options = TinyTraining.Plain with { Epochs = 8, Patience = 2, LearningRate = 1e-12, WarmupEpochs = 0, MinimumLearningRate = 0 };
        RunFolder folder = RunFolder.Create(_folder.File("run"), "run", TimeProvider.System);
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        options = options with { TrainMode = false };

        TrainingResult result = new Trainer<TinyClassifier>(model, options).Fit(TinyTraining.Digits, new() { Folder = folder });
        TrainingResult resumed = new Trainer<TinyClassifier>(model, options).Fit(TinyTraining.Digits, new() { Folder = folder, Resume = true });

        Assert.Equal(3, result.Epochs.Length);
        Assert.Equal(3, resumed.Epochs.Length);
    }

    [Theory]
    [InlineData(new[] { 0.1, 0.2, 0.3 }, 2, false)]
    [InlineData(new[] { 0.3, 0.2 }, 2, false)]
    [InlineData(new[] { 0.3, 0.2, 0.3 }, 2, true)]
    [InlineData(new[] { 0.3, 0.2, 0.3 }, 0, false)]
    [InlineData(new double[0], 1, false)]
    public void Patience_counts_from_the_first_of_the_best(double[] accuracies, int patience, bool ends) => Assert.Equal(ends, EarlyStop.IsDue(
        [.. accuracies.Select(static (top1, index) => new EpochMetrics { Epoch = index + 1, LearningRate = 1, TrainLoss = 1, ValidationLoss = 1, Top1 = top1, ImagesPerSecond = 1, Seconds = 1 })],
        patience));

    private static string[] Changed(IVisionModel model, IVisionModel initial)
    {
        Dictionary<string, Tensor> before = initial.Module.state_dict();
        return [.. model.Module.named_parameters().Where(entry => !entry.parameter.allclose(before[entry.name], rtol: 0, atol: 0)).Select(static entry => entry.name).Order()];
    }
}
