using Deit.Augmentation;
using Deit.Benchmarking;
using Deit.Data;
using Deit.Distillation;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>
/// The whole trainer leaves nothing behind: threads that load, augmentation, mixing, a teacher, the moving average, evaluations, checkpoints,
/// metrics. <c>DEIT_LONG=1</c> takes 5,000 steps after the warm-up.
/// </summary>
[Collection(GlobalGenerator.Name)]
public sealed class TrainerMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int BatchSize = 16;

    // What runtime and allocators may gather. A single activation of the model's forgotten at every step would be 170 MB after 5,000 steps.
    private const long Slack = 16 << 20;

    private static readonly bool Long = Environment.GetEnvironmentVariable("DEIT_LONG") == "1";

    // In CI the resident memory has less time to settle, and tensors tell more of a few steps than bytes.
    private static readonly int WarmUpSteps = Long ? 1000 : 120;

    private static readonly int Steps = Long ? 5000 : 80;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Memory_and_live_tensors_stay_as_they_are_after_the_warm_up()
    {
        DataSplits digits = DigitsDataset.Open(16);
        using IVisionModel teacher = Model("family: regnet", "image_size: 16", "stem_width: 8", "group_width: 8", "depths: [1]", "widths: [16]", "classes: 10");
        using IVisionModel student = Model([.. TinyTransformer.Keys, "distilled: true", "drop_path: 0.2"]);
        var options = new TrainingOptions
        {
            Epochs = 1000,
            BatchSize = BatchSize,
            GradientAccumulationSteps = 2,
            Mixing = new() { Mixup = 0.8, Cutmix = 1 },
            Augmentation = new() { Crop = CropMode.RandomResized, AutoAugment = "rand-m9-mstd0.5-inc1", RandomErasing = 0.25, HorizontalFlip = 0.5, Repeats = 3 },
            EmaDecay = 0.999,
            ClipLimit = 1,
            OnNonFinite = NonFinitePolicy.Rollback,
        };
        using var enough = new CancellationTokenSource();
        var watch = new Watch(enough);
        var surroundings = new FitOptions
        {
            Folder = RunFolder.Create(_folder.File("run"), "run", TimeProvider.System),
            TensorBoard = _folder.File("tensorboard"),
            Observer = watch,
            Checkpoints = new() { Steps = 25 },
        };
        var distillation = new DistillationOptions { Type = DistillationType.Soft };
        var learner = Learner.For(student, new ModelTeacher(teacher, distillation), distillation);

        Assert.Throws<OperationCanceledException>(() => new TrainingEngine(learner, options, surroundings).Fit(digits, enough.Token));

        Assert.True(watch.Steps >= WarmUpSteps + Steps, $"There were {watch.Steps} steps.");
        Assert.Equal(watch.TensorsBefore, watch.TensorsAfter);
        long grown = watch.ResidentAfter - watch.ResidentBefore;
        output.WriteLine(FormattableString.Invariant($"{watch.Steps - WarmUpSteps} steps: resident {watch.ResidentBefore} bytes, then {watch.ResidentAfter}; live tensors {watch.TensorsBefore}, then {watch.TensorsAfter}."));
        Assert.True(grown <= Slack, $"The process grew by {grown} bytes in {watch.Steps - WarmUpSteps} steps.");
    }

    private IVisionModel Model(params string[] keys)
    {
        IVisionModel model = SpecModel.Compile(_folder, keys).Create(new());
        HashFill.Fill(model.Module);
        return model;
    }

    /// <summary>Measures between epochs, when no thread is making a batch.</summary>
    private sealed class Watch(CancellationTokenSource enough) : ITrainingObserver
    {
        public int Steps { get; private set; }

        public long ResidentBefore { get; private set; }

        public long ResidentAfter { get; private set; }

        public long TensorsBefore { get; private set; }

        public long TensorsAfter { get; private set; }

        public void StepDone(StepDone step) => Steps++;

        public void EpochDone(EpochDone epoch)
        {
            // Before the garbage is collected, which would hide that something forgot to dispose of a tensor.
            long tensors = Tensor.TotalCount;
            if (TensorsBefore == 0 && Steps >= WarmUpSteps)
            {
                (TensorsBefore, ResidentBefore) = (tensors, Resident());
            }
            else if (Steps >= WarmUpSteps + TrainerMemoryTests.Steps)
            {
                (TensorsAfter, ResidentAfter) = (tensors, Resident());
                enough.Cancel();
            }
        }

        /// <summary>Resident memory without garbage: a heap that waits for its next collection would look like a leak.</summary>
        private static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return PeakMemory.Resident();
        }
    }
}
