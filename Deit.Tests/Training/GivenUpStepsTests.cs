using Deit.Data;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>Steps that fail leave no trace where they are skipped, are rolled back where that is asked for, and not for ever.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class GivenUpStepsTests : IDisposable
{
    private static readonly string[] Keys = ["family: regnet", "image_size: 16", "stem_width: 8", "group_width: 8", "depths: [1]", "widths: [16]", "classes: 10"];

    private static readonly DataSplits Digits = DigitsDataset.Open(16);

    // 1437 images: eleven batches an epoch, in six steps.
    private static readonly TrainingOptions Base = TinyTraining.Options with { GradientAccumulationSteps = 2, EmaWarmup = true, LearningRate = 1e-3 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FailureCause.Loss, true)]
    [InlineData(FailureCause.Gradient, true)]
    [InlineData(FailureCause.Explosion, true)]
    [InlineData(FailureCause.Loss, false)]
    [InlineData(FailureCause.Gradient, false)]
    [InlineData(FailureCause.Explosion, false)]
    public void A_step_that_is_skipped_changes_no_bit_of_weights_average_moments_and_statistics(FailureCause cause, bool fused)
    {
        RunFolder folder = Folder("run");
        byte[][]? before = null;
        int compared = 0;
        var observer = new RecordingObserver { AfterStep = _ => Compare(), AfterGivenUp = _ => { Compare(); before = Weights(folder.LastCheckpoint); } };
        TrainingOptions options = Base with { OnNonFinite = NonFinitePolicy.Skip, Fused = fused };

        TrainingResult result = Fit(options, new(SpecModel.Compile(_folder, Keys), cause, Rate: 0.35), new() { Folder = folder, Observer = observer, Checkpoints = new() { Steps = 1 } });

        // One that failed first has no checkpoint before it.
        Assert.True(compared >= 3, $"Only {compared} steps were skipped.");
        Assert.Equal(observer.GivenUp.Count, result.Epochs.Sum(static epoch => epoch.SkippedSteps));
        Assert.Equal(18, observer.GivenUp.Count + observer.Steps.Count);
        Assert.All(observer.GivenUp, step => Assert.Equal((cause, NonFinitePolicy.Skip), (step.Failure.Cause, step.Policy)));
        Assert.All(result.Epochs, static epoch => Assert.InRange(epoch.TrainLoss, 0.1, 10));

        void Compare()
        {
            if (before is null || before.Length == 0) return;
            Assert.Equal(before, Weights(folder.LastCheckpoint));
            (before, compared) = (null, compared + 1);
        }
    }

    [Fact]
    public void A_training_that_is_rolled_back_goes_on_from_the_epochs_beginning_with_the_batches_that_follow()
    {
        RunFolder folder = Folder("run");
        bool rolledBack = false;
        int compared = 0;
        var observer = new RecordingObserver { AfterStep = _ => Compare(), AfterGivenUp = _ => { Compare(); rolledBack = true; } };

        TrainingResult result = Fit(
            Base with { OnNonFinite = NonFinitePolicy.Rollback },
            new(SpecModel.Compile(_folder, Keys), FailureCause.Loss),
            new() { Folder = folder, Observer = observer, Checkpoints = new() { Steps = 1 } });

        Assert.True(compared >= 3, $"Only {compared} steps were rolled back.");
        int lost = observer.GivenUp.GroupBy(static step => step.Failure.Epoch).Sum(static epoch => epoch.Max(static step => step.Failure.Step));
        Assert.Equal(lost, result.Epochs.Sum(static epoch => epoch.SkippedSteps));

        void Compare()
        {
            if (rolledBack) Assert.Equal(Weights(folder.RollbackCheckpoint), Weights(folder.LastCheckpoint));
            compared += rolledBack ? 1 : 0;
            rolledBack = false;
        }
    }

    [Theory]
    [InlineData(NonFinitePolicy.Skip, true)]
    [InlineData(NonFinitePolicy.Skip, false)]
    [InlineData(NonFinitePolicy.Rollback, true)]
    [InlineData(NonFinitePolicy.Rollback, false)]
    public void A_run_that_is_cut_about_a_failed_step_ends_with_every_bit_of_one_that_is_not(NonFinitePolicy policy, bool fused)
    {
        TrainingOptions options = Base with { OnNonFinite = policy, Fused = fused };
        var model = new Fragile(SpecModel.Compile(_folder, Keys), FailureCause.Loss);
        RunFolder whole = Folder("whole"), resumed = Folder("resumed");
        var seen = new RecordingObserver();
        TrainingResult expected = Fit(options, model, new() { Folder = whole, Observer = seen });
        StepFailure[] failures = [.. seen.GivenUp.Select(static step => step.Failure)];

        // As it fails, before anything of it is saved; at the step after it, saved and not; and when the rest of the epoch was passed.
        Cut(failures[0], steps: 0, saveEvery: 1);
        Cut(failures[0], steps: 1, saveEvery: 1);
        Cut(failures[1], steps: 0, saveEvery: 0);
        Cut(failures[1], steps: 1, saveEvery: 0);
        Cut(failures[^1], steps: 0, saveEvery: 1);
        Cut(failures[^1], steps: 0, saveEvery: 2);
        TrainingResult actual = Fit(options, model, new() { Folder = resumed, Resume = true });

        Assert.True(failures.Length >= 3, $"Only {failures.Length} steps failed.");
        Assert.Equal(expected.Epochs.Select(Timeless), actual.Epochs.Select(Timeless));
        string[] files = [.. Directory.GetFiles(whole.Path, "*", SearchOption.AllDirectories).Where(static file => file.Contains("checkpoint-", StringComparison.Ordinal) && !file.Contains("failure", StringComparison.Ordinal))];
        Assert.Contains(files, static file => file.Contains("checkpoint-last", StringComparison.Ordinal));
        Assert.All(files, file => Assert.True(
            File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(resumed.Path, Path.GetRelativePath(whole.Path, file)))), $"{file} differs"));

        void Cut(StepFailure at, int steps, int saveEvery)
        {
            var observer = new RecordingObserver
            {
                AfterGivenUp = step => CutAt(step.Failure.Epoch, step.Failure.Step),
                AfterStep = step => CutAt(step.Epoch, step.Step),
            };
            Exception? end = Record.Exception(() => Fit(options, model, new() { Folder = resumed, Resume = true, Observer = observer, Checkpoints = new() { Steps = saveEvery } }));
            Assert.Equal("The power is cut.", end?.Message);

            void CutAt(int epoch, int step)
            {
                if (epoch > at.Epoch || (epoch == at.Epoch && step >= at.Step + steps)) throw new InvalidOperationException("The power is cut.");
            }
        }
    }

    [Theory]
    [InlineData(NonFinitePolicy.Skip)]
    [InlineData(NonFinitePolicy.Rollback)]
    public void What_fails_again_and_again_stops(NonFinitePolicy policy)
    {
        RunFolder folder = Folder("run");
        var model = new Fragile(SpecModel.Compile(_folder, Keys), FailureCause.Loss, Rate: 1);
        var observer = new RecordingObserver();

        var error = Assert.Throws<DeitException>(() => Fit(
            Base with { OnNonFinite = policy, GradientAccumulationSteps = 1 }, model, new() { Folder = folder, Observer = observer }));

        Assert.Equal(10, observer.GivenUp.Count);
        Assert.Contains("at step 11 of epoch 1,", error.Message, StringComparison.Ordinal);
        Assert.Contains(" 10 steps were given up before it.", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"step\": 11,", File.ReadAllText(Path.Combine(folder.Failure, "failure.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_epoch_without_a_step_stops()
    {
        var model = new Fragile(SpecModel.Compile(_folder, Keys), FailureCause.Explosion, Rate: 1);

        var error = Assert.Throws<DeitException>(() => Fit(Base with { OnNonFinite = NonFinitePolicy.Skip }, model, new()));

        Assert.StartsWith("Every step of epoch 1 failed and was given up, at learning rate 0.001:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_epoch_that_is_rolled_back_at_its_last_step_is_as_the_one_before_left_it()
    {
        RunFolder folder = Folder("run");
        var observer = new RecordingObserver();
        var model = new Fragile(SpecModel.Compile(_folder, Keys), FailureCause.Loss, Only: (1, 10));

        TrainingResult result = Fit(
            Base with { OnNonFinite = NonFinitePolicy.Rollback }, model, new() { Folder = folder, Observer = observer, Checkpoints = new() { KeepEvery = 1 } });

        Assert.Equal((2, 6), (Assert.Single(observer.GivenUp).Failure.Epoch, observer.GivenUp[0].Failure.Step));
        EpochMetrics first = result.Epochs[0], second = result.Epochs[1];
        Assert.Equal((3, 0, 6, 0), (result.Epochs.Length, first.SkippedSteps, second.SkippedSteps, result.Last.SkippedSteps));
        Assert.Equal((first.TrainLoss, first.ImagesPerSecond, first.ValidationLoss, first.Top1), (second.TrainLoss, second.ImagesPerSecond, second.ValidationLoss, second.Top1));
        Assert.Equal(Weights(folder.KeptCheckpoint(1)), Weights(folder.KeptCheckpoint(2)));
        Assert.NotEqual(first.TrainLoss, result.Last.TrainLoss);
    }

    [Fact]
    public void A_first_epoch_that_is_rolled_back_at_its_last_step_stops()
    {
        var model = new Fragile(SpecModel.Compile(_folder, Keys), FailureCause.Loss, Only: (0, 10));

        var error = Assert.Throws<DeitException>(() => Fit(Base with { OnNonFinite = NonFinitePolicy.Rollback }, model, new() { Folder = Folder("run") }));

        Assert.StartsWith("The last step of epoch 1 failed, and nothing is left of it, at learning rate 0.001:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_folder_there_is_nothing_to_go_back_to() => Assert.Contains(
        "needs a folder",
        Assert.Throws<DeitException>(() => Fit(Base with { OnNonFinite = NonFinitePolicy.Rollback }, new(SpecModel.Compile(_folder, Keys), FailureCause.Loss), new())).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Gradients_that_are_not_finite_stop_with_the_parameter_nearest_to_the_loss()
    {
        var error = Assert.Throws<DeitException>(() => Fit(Base, new(SpecModel.Compile(_folder, Keys), FailureCause.Gradient), new() { Folder = Folder("run") }));

        Assert.Matches(@"^The gradients of a loss of \d\.\d+ are not finite at step \d of epoch 1, at learning rate 0\.001: ", error.Message);
        Assert.Contains("of the gradients, that of head.fc.bias was the first on the way back that was not.", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.File("run"), "failure", "batch.safetensors")));
    }

    private static EpochMetrics Timeless(EpochMetrics epoch) => epoch with { ImagesPerSecond = 0, Seconds = 0, DataSeconds = null };

    /// <summary>What is saved of a state but its place.</summary>
    private static byte[][] Weights(string checkpoint) =>
        Directory.Exists(checkpoint) ? [.. Directory.GetFiles(checkpoint, "*.safetensors").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];

    private static TrainingResult Fit(TrainingOptions options, Fragile fragile, FitOptions surroundings)
    {
        using var model = (Classifier)fragile.Model.Create(new());
        HashFill.Fill(model);
        return new TrainingEngine(new FragileLearner(model, fragile.Cause, fragile.Rate, fragile.Only), options, surroundings).Fit(Digits, default);
    }

    private RunFolder Folder(string name) => RunFolder.Create(_folder.File(name), name, TimeProvider.System);

    private sealed record Fragile(RegisteredModelAttribute Model, FailureCause Cause, double Rate = 0.2, (int Epoch, int Batch)? Only = null);
}
