using Deit.Data;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>A validation loss that is not finite is looked into, kept and given up as a step is, where that can be.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class FailedValidationTests : IDisposable
{
    private static readonly string[] Keys = ["family: regnet", "image_size: 16", "stem_width: 8", "group_width: 8", "depths: [1]", "widths: [16]", "classes: 10"];

    private static readonly DataSplits Digits = DigitsDataset.Open(16);

    // 1437 images: eleven batches an epoch, in six steps.
    private static readonly TrainingOptions Base = TinyTraining.Options with { GradientAccumulationSteps = 2, LearningRate = 1e-3 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(NonFinitePolicy.Stop, " To go on without it, resume with --set student.on_nonfinite=rollback.")]
    [InlineData(NonFinitePolicy.Skip, " It cannot be skipped, for the weights have learned already; student.on_nonfinite=rollback goes back to the epoch's beginning.")]
    public void It_stops_with_step_layer_and_images(NonFinitePolicy policy, string advice)
    {
        RunFolder folder = Folder("run");

        var error = Assert.Throws<DeitException>(() => Fit(Base with { OnNonFinite = policy }, folder, spoiledEpoch: 2, new()));

        string path = Path.Combine(folder.Failure, "failure.json");
        StepFailure kept = RunJson.Read<StepFailure>(File.ReadAllText(path), path);
        Assert.StartsWith("The validation loss is NaN after step 6 of epoch 2, at learning rate ", error.Message, StringComparison.Ordinal);
        Assert.Contains(kept.Finding + advice, error.Message, StringComparison.Ordinal);
        Assert.Equal((FailureCause.Validation, 0, 6, 2), (kept.Cause, kept.Batch, kept.Step, kept.Epoch));

        // The first that has statistics.
        Assert.Equal("stem.bn", kept.FirstNonFinite);
        Assert.Equal(Enumerable.Range(0, 128).Select(Digits.Validation.Describe), kept.Files);
        Assert.True(File.Exists(Path.Combine(folder.Failure, "batch.safetensors")));
        Assert.True(Directory.Exists(Path.Combine(folder.Failure, "checkpoint")));
    }

    [Fact]
    public void An_epoch_that_is_rolled_back_is_as_the_one_before_left_it()
    {
        RunFolder folder = Folder("run");
        var observer = new RecordingObserver();

        TrainingResult result = Fit(Base with { OnNonFinite = NonFinitePolicy.Rollback }, folder, spoiledEpoch: 2, observer);

        StepFailure failure = Assert.Single(observer.GivenUp).Failure;
        Assert.Equal((FailureCause.Validation, 2, 6), (failure.Cause, failure.Epoch, failure.Step));
        EpochMetrics first = result.Epochs[0], second = result.Epochs[1];
        Assert.Equal((3, 0, 6, 0), (result.Epochs.Length, first.SkippedSteps, second.SkippedSteps, result.Last.SkippedSteps));
        Assert.Equal((first.TrainLoss, first.ImagesPerSecond, first.ValidationLoss, first.Top1), (second.TrainLoss, second.ImagesPerSecond, second.ValidationLoss, second.Top1));
        Assert.NotEqual(first.TrainLoss, result.Last.TrainLoss);
        foreach (string file in Directory.GetFiles(folder.KeptCheckpoint(1), "*.safetensors"))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder.KeptCheckpoint(2), Path.GetFileName(file))));
        }
    }

    [Theory]
    [InlineData(1, 1, " The first epoch has none before it to go back to.")]
    [InlineData(2, 3, " The training was rolled back already, and the weights of the epoch's beginning do no better.")]
    public void Where_no_earlier_weights_do_better_it_stops(int spoiledEpoch, int every, string reason)
    {
        var error = Assert.Throws<DeitException>(() => Fit(
            Base with { OnNonFinite = NonFinitePolicy.Rollback, EvaluateEvery = every }, Folder("run"), spoiledEpoch, new()));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_found_again_when_it_is_repeated()
    {
        // One step an epoch, whose loss is that of the first weights.
        string output = _folder.File("out");
        Recipe recipe = TinyRecipe.Load(_folder.Path, "student.lr=1e30", "student.warmup_epochs=0", "student.batch_size=1400", "distillation.type=none");
        var error = Assert.Throws<DeitException>(() => RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = output }).Execute());

        (StepFailure then, StepRepetition now) = FailureFolder.Replay(output, TinyModels.Registry);

        Assert.Matches(@"^The validation loss is (NaN|Infinity) after step 1 of epoch 1, at learning rate 1E\+30: ", error.Message);
        Assert.Equal((FailureCause.Validation, FailureCause.Validation), (then.Cause, now.Cause));
        Assert.Equal((then.FirstNonFinite, null), (now.FirstNonFinite, now.Gradient));
        Assert.False(double.IsFinite(now.Loss!.Value));
    }

    /// <summary>
    /// Trains, and spoils the running statistics of batch norms at the end of an epoch: the training, which takes those of its batches, goes on as if
    /// nothing were.
    /// </summary>
    private TrainingResult Fit(TrainingOptions options, RunFolder folder, int spoiledEpoch, RecordingObserver told)
    {
        using var model = (Classifier)SpecModel.Compile(_folder, Keys).Create(new());
        HashFill.Fill(model);
        var observer = new RecordingObserver
        {
            AfterStep = step =>
            {
                if (step.Epoch == spoiledEpoch && step.Step == step.Steps) Spoil(model);
            },
            AfterGivenUp = told.StepGivenUp,
        };
        var surroundings = new FitOptions { Folder = folder, Observer = observer, Checkpoints = new() { KeepEvery = 1 } };
        return new TrainingEngine(new PlainLearner(model), options, surroundings).Fit(Digits, default);
    }

    private static void Spoil(nn.Module model)
    {
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor buffer) in model.named_buffers())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal)) buffer.fill_(float.NaN);
        }
    }

    private RunFolder Folder(string name) => RunFolder.Create(_folder.File(name), name, TimeProvider.System);
}
