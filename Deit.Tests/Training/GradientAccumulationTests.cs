using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>Several batches a step are one batch of as many images.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class GradientAccumulationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<bool, bool, string> Paths
    {
        get
        {
            var data = new TheoryData<bool, bool, string>();
            foreach (string device in new[] { "cpu", "cuda" })
            {
                foreach (bool fused in new[] { true, false })
                {
                    data.Add(fused, false, device);
                    data.Add(fused, true, device);
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Paths))]
    public void Micro_batches_are_one_batch_of_all_their_images(bool fused, bool distilled, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute plain = SpecModel.Compile(_folder, TinyTransformer.Keys);
        RegisteredModelAttribute trained = distilled ? SpecModel.Compile(_folder, [.. TinyTransformer.Keys, "distilled: true"]) : plain;
        using IVisionModel teacher = TinyTransformer.Filled(plain, device);
        using IVisionModel whole = TinyTransformer.Filled(trained, device);
        using IVisionModel parts = TinyTransformer.Filled(trained, device);

        // Clipping that clips, and an average.
        var options = new TrainingOptions { ClipLimit = 0.1, EmaDecay = 0.9 };
        (double loss, double[] expected) = TinyTransformer.Train(whole, options, fused, device, distilled ? teacher : null);
        (double meanLoss, double[] actual) = TinyTransformer.Train(parts, options with { GradientAccumulationSteps = 3 }, fused, device, distilled ? teacher : null);

        Assert.Equal(loss, meanLoss, 1e-12);
        Assert.All(whole.Module.parameters(), static parameter => Assert.True(parameter.grad!.count_nonzero().item<long>() > 0));
        Tensors.AssertClose(expected, actual, 1e-12);
    }

    [Theory]
    [InlineData(7, 3, 3, new[] { 3, 3, 3, 3, 3, 3, 1 })]
    [InlineData(8, 3, 3, new[] { 3, 3, 3, 3, 3, 3, 2, 2 })]
    [InlineData(6, 3, 2, new[] { 3, 3, 3, 3, 3, 3 })]
    [InlineData(2, 4, 1, new[] { 2, 2 })]
    [InlineData(3, 1, 3, new[] { 1, 1, 1 })]
    public void The_last_step_of_an_epoch_is_the_mean_of_the_batches_that_are_left(int batches, int perStep, int steps, int[] counts)
    {
        MicroBatch[] parts = [.. Enumerable.Range(0, batches).Select(batch => MicroBatch.Of(batch, batches, perStep))];

        Assert.Equal(counts, parts.Select(static part => part.Count));
        Assert.Equal(steps, MicroBatch.Steps(batches, perStep));
        Assert.Equal(steps, parts.Count(static part => part.IsFirst));
        Assert.Equal(steps, parts.Count(static part => part.IsLast));
        Assert.True(parts[^1].IsLast);
    }

    [Fact]
    public void Observers_are_told_of_steps_and_images_are_counted()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        var observer = new RecordingObserver();

        new Trainer<TinyClassifier>(model, TinyTraining.Plain with { GradientAccumulationSteps = 4, Epochs = 1 }).Fit(TinyTraining.Digits, new() { Observer = observer });

        // 11 batches of 128 images: two steps of 4 and one of 3.
        Assert.Equal([1, 2, 3], observer.Steps.Select(static step => step.Step));
        Assert.All(observer.Steps, static step => Assert.Equal(3, step.Steps));
        Assert.Equal(3, Assert.Single(observer.Phases).StepsPerEpoch);
    }

    [Fact]
    public void A_resumed_training_is_the_one_that_was_not_interrupted()
    {
        TrainingOptions options = TinyTraining.Options with { GradientAccumulationSteps = 4, Epochs = 3 };
        using TinyClassifier whole = TinyModels.Make<TinyClassifier>();
        new Trainer<TinyClassifier>(whole, options).Fit(TinyTraining.Digits);

        RunFolder folder = RunFolder.Create(_folder.File("run"), "run", TimeProvider.System);
        using var stop = new CancellationTokenSource();
        using TinyClassifier interrupted = TinyModels.Make<TinyClassifier>();
        Assert.ThrowsAny<OperationCanceledException>(() => new Trainer<TinyClassifier>(interrupted, options).Fit(
            TinyTraining.Digits, new() { Folder = folder, Observer = new StopAfterFirstEpoch(stop) }, stop.Token));
        using TinyClassifier resumed = TinyModels.Make<TinyClassifier>();
        new Trainer<TinyClassifier>(resumed, options).Fit(TinyTraining.Digits, new() { Folder = folder, Resume = true });

        Dictionary<string, Tensor> expected = whole.state_dict();
        foreach ((string name, Tensor tensor) in resumed.state_dict()) TensorAssert.Identical(expected[name], tensor, name);
    }

    [Fact]
    public void A_step_of_no_batch_is_refused() =>
        Assert.Contains("accumulated batches", Assert.Throws<DeitException>(() => new TrainingOptions { GradientAccumulationSteps = 0 }).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private sealed class StopAfterFirstEpoch(CancellationTokenSource stop) : ITrainingObserver
    {
        public void EpochDone(EpochDone epoch) => stop.Cancel();
    }
}
