using Deit.Data;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>A run that stopped at a step that fails goes on with another policy, as if it had had it from the start.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class ResumedFailureTests : IDisposable
{
    private static readonly string[] Keys = ["family: regnet", "image_size: 16", "stem_width: 8", "group_width: 8", "depths: [1]", "widths: [16]", "classes: 10"];

    private static readonly DataSplits Digits = DigitsDataset.Open(16);

    // 1437 images: eleven batches an epoch, in six steps. A checkpoint after every step is one within the epoch, where a step fails.
    private static readonly TrainingOptions Base = TinyTraining.Options with { GradientAccumulationSteps = 2, LearningRate = 1e-3 };

    private static readonly FitOptions EveryStep = new() { Resume = true, Checkpoints = new() { Steps = 1 } };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("teacher")]
    [InlineData("student")]
    public void A_run_is_continued_with_another_policy_and_another_factor(string part)
    {
        string output = _folder.File("out");
        Recipe Load(params string[] options) => TinyRecipe.Load(_folder.Path, options);
        var error = Assert.Throws<DeitException>(() => RecipeRun.Start(Load($"{part}.explosion_factor=1e-9"), TinyModels.Registry, new() { Output = output }).Execute());

        Recipe other = Load($"{part}.explosion_factor=0", $"{part}.on_nonfinite=skip");
        RunSummary resumed = RecipeRun.Start(other, TinyModels.Registry, new() { Output = output, Resume = true }).Execute();
        RunSummary whole = RecipeRun.Start(other, TinyModels.Registry, new() { Output = _folder.File("whole") }).Execute();

        Assert.Contains($" To go on without it, resume with --set {part}.on_nonfinite=skip (or rollback).", error.Message, StringComparison.Ordinal);
        Assert.Equal((whole.Student, whole.Teacher), (resumed.Student, resumed.Teacher));
    }

    [Theory]
    [InlineData(NonFinitePolicy.Skip, false)]
    [InlineData(NonFinitePolicy.Rollback, false)]
    [InlineData(NonFinitePolicy.Rollback, true)]
    public void Changed_within_an_epoch_the_policy_does_what_it_would_have_done_from_its_beginning(NonFinitePolicy policy, bool hasOlderCheckpoint)
    {
        RegisteredModelAttribute model = SpecModel.Compile(_folder, Keys);
        RunFolder whole = Folder("whole"), resumed = Folder("resumed");
        Fit(model, policy, whole, (1, 7));

        if (hasOlderCheckpoint)
        {
            // Until the first epoch was over, another policy left the checkpoint of its beginning.
            var observer = new RecordingObserver { AfterStep = static step => { if (step is { Epoch: 2, Step: 2 }) throw new InvalidOperationException("The power is cut."); } };
            Assert.Throws<InvalidOperationException>(() => Fit(model, NonFinitePolicy.Rollback, resumed, (1, 7), new() { Observer = observer }));
            string stale = resumed.RollbackCheckpoint;
            Directory.Delete(stale, recursive: true);
            Fit(model, NonFinitePolicy.Rollback, Folder("older"), null, new(), epochs: 1);
            Directory.Move(RunFolder.At(_folder.File("older")).RollbackCheckpoint, stale);
        }

        Assert.Throws<DeitException>(() => Fit(model, NonFinitePolicy.Stop, resumed, (1, 7), EveryStep));
        Fit(model, policy, resumed, (1, 7), EveryStep);

        Assert.All(
            Directory.GetFiles(whole.LastCheckpoint, "*.safetensors"),
            file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(resumed.LastCheckpoint, Path.GetFileName(file)))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Where_nothing_of_the_epochs_beginning_was_kept_it_is_said_what_to_do(int epoch)
    {
        RegisteredModelAttribute model = SpecModel.Compile(_folder, Keys);
        RunFolder folder = Folder("run");
        Assert.Throws<DeitException>(() => Fit(model, NonFinitePolicy.Stop, folder, (epoch, 7), EveryStep));
        if (epoch > 0) Directory.Delete(folder.BestCheckpoint, recursive: true);

        var error = Assert.Throws<DeitException>(() => Fit(model, NonFinitePolicy.Rollback, folder, (epoch, 7), EveryStep));
        TrainingResult skipped = Fit(model, NonFinitePolicy.Skip, folder, (epoch, 7), EveryStep);

        Assert.Contains(
            $" It cannot be rolled back: student.on_nonfinite was changed within epoch {epoch + 1}, of whose beginning nothing was kept. Resume with --set student.on_nonfinite=skip",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal(1, skipped.Epochs[epoch].SkippedSteps);
    }

    private static TrainingResult Fit(
        RegisteredModelAttribute registered, NonFinitePolicy policy, RunFolder folder, (int Epoch, int Batch)? fails, FitOptions? surroundings = null, int epochs = 3)
    {
        using var model = (Classifier)registered.Create(new());
        HashFill.Fill(model);
        var learner = new FragileLearner(model, FailureCause.Loss, rate: 0, fails);
        return new TrainingEngine(learner, Base with { OnNonFinite = policy, Epochs = epochs }, (surroundings ?? new()) with { Folder = folder }).Fit(Digits, default);
    }

    private RunFolder Folder(string name) => RunFolder.Create(_folder.File(name), name, TimeProvider.System);
}
