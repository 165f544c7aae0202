using Deit.Compiler;
using Deit.Data;
using Deit.Losses;
using Deit.Optimization;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>A run that is cut and stopped again and again ends as one that is not, whatever its options: generated code and reference path.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class ResumedOptionsTests : IDisposable
{
    private const double Peak = 1e-3;

    private static readonly string[] Keys = [.. TinyTransformer.Keys, "drop_path: 0.3"];

    private static readonly DataSplits Digits = DigitsDataset.Open(16);

    // 1437 images: five batches an epoch.
    private static readonly TrainingOptions Base = TinyTraining.Options with { BatchSize = 256, Epochs = 5, LearningRate = Peak, WarmupLearningRate = Peak / 10 };

    // Accuracies that cannot grow, at a rate whose decays PyTorch's least change still allows.
    private static readonly TrainingOptions Still = Base with
    {
        Epochs = 9,
        LearningRate = 1e-6,
        WarmupLearningRate = 1e-6,
        MinimumLearningRate = 0,
        EvaluateEvery = 2,
        TrainMode = false,
    };

    private static readonly Dictionary<string, TrainingOptions> Options = new()
    {
        ["plateau"] = Still with { ScheduleType = ScheduleType.Plateau, Decay = new() { Patience = 0, Rate = 0.5 }, Epochs = 5 },
        ["early stop"] = Still with { Patience = 2 },
        ["accumulation"] = Base with { GradientAccumulationSteps = 2, EmaWarmup = true, LayerDecay = 0.5, LearningRateScaling = LearningRateScaling.Linear },
        ["accumulation, reference path"] = Base with { GradientAccumulationSteps = 2, EmaWarmup = true, LayerDecay = 0.5, Fused = false },
        ["frozen"] = Base with
        {
            Freeze = new() { Prefixes = new EquatableArray<string>(["cls_token", "pos_embed", "blocks.0"]) },
            ClipMode = ClipMode.Agc,
            ClipLimit = 0.01,
            ScheduleType = ScheduleType.Multistep,
            Decay = new() { Milestones = new EquatableArray<long>([3, 4]) },
        },
        ["attention"] = Base with { Freeze = new() { AttentionOnly = true }, ClipMode = ClipMode.Value, ClipLimit = 1e-4, Fused = false },
        ["repeated"] = Base with
        {
            Augmentation = Base.Augmentation with { Repeats = 3 },
            Loss = new() { Type = LossType.Bce },
            Mixing = Base.Mixing with { Smoothing = 0, OffEpoch = 3 },
            Epochs = 3,
            WarmupPrefix = true,
            CooldownEpochs = 1,
        },
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Options.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_run_that_is_cut_and_stopped_ends_with_every_bit_of_one_that_is_not(string name)
    {
        TrainingOptions options = Options[name];
        RegisteredModelAttribute model = SpecModel.Compile(_folder, Keys);
        RunFolder whole = Folder("whole"), resumed = Folder("resumed");
        TrainingResult expected = Fit(model, options, new() { Folder = whole }, default);

        // Within an epoch, before an evaluation, and at a step that was just resumed from.
        Interrupt(2, static step => step.Step == 2, cancels: false);
        Interrupt(2, static step => step.Step == step.Steps, cancels: true);
        Interrupt(3, static step => step.Step == 2, cancels: true);
        Interrupt(3, static step => step.Step == 3, cancels: false);
        Interrupt(4, static step => step.Step == step.Steps, cancels: true);
        TrainingResult actual = Fit(model, options, new() { Folder = resumed, Resume = true }, default);

        Assert.Equal(expected.Epochs.Select(Timeless), actual.Epochs.Select(Timeless));
        foreach (string file in Directory.GetFiles(whole.Path, "*", SearchOption.AllDirectories).Where(static file => file.Contains("checkpoint-", StringComparison.Ordinal)))
        {
            string other = Path.Combine(resumed.Path, Path.GetRelativePath(whole.Path, file));
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other)), $"{name}: {other} differs");
        }

        if (name == "plateau") Assert.Equal([1e-6, 1e-6, 1e-6, 1e-6, 5e-7], expected.Epochs.Select(static epoch => Math.Round(epoch.LearningRate, 12)));
        Assert.Equal(name == "early stop" ? 4 : 5, expected.Epochs.Length);

        void Interrupt(int epoch, Func<StepDone, bool> where, bool cancels)
        {
            using var stop = new CancellationTokenSource();
            var observer = new RecordingObserver
            {
                AfterStep = step =>
                {
                    if (step.Epoch != epoch || !where(step)) return;
                    if (!cancels) throw new InvalidOperationException("The power is cut.");
                    stop.Cancel();
                },
            };
            var surroundings = new FitOptions { Folder = resumed, Resume = true, Observer = observer, Checkpoints = new() { Steps = 1 } };
            Exception? end = Record.Exception(() => Fit(model, options, surroundings, stop.Token));
            Assert.True(cancels ? end is OperationCanceledException : end is InvalidOperationException, $"{name}, epoch {epoch}: {end}");
        }
    }

    private static EpochMetrics Timeless(EpochMetrics epoch) => epoch with { ImagesPerSecond = 0, Seconds = 0, DataSeconds = null };

    private static TrainingResult Fit(RegisteredModelAttribute registered, TrainingOptions options, FitOptions surroundings, CancellationToken cancellationToken)
    {
        using IVisionModel model = registered.Create(new());
        HashFill.Fill(model.Module);
        return new TrainingEngine(Learner.For(model, null, new()), options, surroundings).Fit(Digits, cancellationToken);
    }

    private RunFolder Folder(string name) => RunFolder.Create(_folder.File(name), name, TimeProvider.System);
}
