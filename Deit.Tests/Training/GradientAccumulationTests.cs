using Deit.Distillation;
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
    private const int Images = 6;
    private const double LearningRate = 0.01;

    private static readonly string[] Keys =
        ["family: vision_transformer", "image_size: 16", "patch_size: 8", "embed_dim: 32", "depth: 2", "heads: 2", "classes: 10"];

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
        RegisteredModelAttribute plain = SpecModel.Compile(_folder, Keys);
        RegisteredModelAttribute trained = distilled ? SpecModel.Compile(_folder, [.. Keys, "distilled: true"]) : plain;
        using IVisionModel teacher = Filled(plain, device);
        using IVisionModel whole = Filled(trained, device);
        using IVisionModel parts = Filled(trained, device);

        double loss = Train(whole, teacher, fused, parts: 1, device);
        double meanLoss = Train(parts, teacher, fused, parts: 3, device);

        Assert.Equal(loss, meanLoss, 1e-12);
        Dictionary<string, Tensor> expected = whole.Module.state_dict(), actual = parts.Module.state_dict();
        Assert.All(whole.Module.parameters(), static parameter => Assert.True(parameter.grad!.count_nonzero().item<long>() > 0));
        foreach (string name in expected.Keys) Tensors.AssertClose(expected[name].cpu().Values(), actual[name].cpu().Values(), 1e-12);
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

    private static IVisionModel Filled(RegisteredModelAttribute registered, Device device)
    {
        IVisionModel model = registered.Create(new());
        HashFill.Fill(model.Module);
        model.Module.to(device).to(ScalarType.Float64).train();
        return model;
    }

    /// <summary>Two steps, with clipping that clips and an average that is evaluated; gives the mean loss.</summary>
    private static double Train(IVisionModel model, IVisionModel teacher, bool fused, int parts, Device device)
    {
        bool distilled = model is DistilledClassifier;
        var learner = Learner.For(model, distilled ? teacher : null, new() { Type = distilled ? DistillationType.Soft : DistillationType.None });
        var options = new TrainingOptions { GradientAccumulationSteps = parts, ClipLimit = 0.1, EmaDecay = 0.9 };
        Tensor images = HashFill.Images(Images, 16, 16).to(device).to(ScalarType.Float64);
        Tensor targets = nn.functional.one_hot(arange(Images, dtype: ScalarType.Int64, device: device), 10).to(ScalarType.Float64);
        using var state = new TrainingState(model, options, fused);
        double loss = 0;
        for (int step = 0; step < 2; step++)
        {
            for (int part = 0; part < parts; part++)
            {
                long begin = part * Images / parts, end = (part + 1) * Images / parts;
                using Lesson lesson = learner.Learn(images.slice(0, begin, end, 1), targets.slice(0, begin, end, 1), fused);
                loss += lesson.Loss.to(ScalarType.Float64).item<double>() / parts;
                state.Descend(lesson, new(part, parts), LearningRate);
            }
        }

        return loss;
    }

    private sealed class StopAfterFirstEpoch(CancellationTokenSource stop) : ITrainingObserver
    {
        public void EpochDone(EpochDone epoch) => stop.Cancel();
    }
}
