using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>A training with <c>finetune</c> starts where its weights were left.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class FinetuneTests : IDisposable
{
    private static readonly string[] Alone = ["distillation.type=none"];

    private static readonly string[] StandingStill =
        ["student.epochs=1", "student.lr=1e-12", "student.min_lr=0", "student.warmup_lr=0", "student.warmup_epochs=0"];

    private readonly TemporaryFolder _temporary = new();

    private string Trained => _temporary.File("trained");

    private string Tuned => _temporary.File("tuned");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void It_starts_with_the_accuracy_and_the_loss_that_the_weights_had()
    {
        Run(Load(Alone), Trained);
        EpochMetrics left = RunFolder.Open(Trained).ReadMetrics()[^1];

        Run(Load([.. Alone, .. StandingStill, $"student.finetune={Trained}"]), Tuned);
        Run(Load([.. Alone, .. StandingStill]), _temporary.File("fresh"));

        EpochMetrics begun = RunFolder.Open(Tuned).ReadMetrics().Single();
        Assert.Equal(left.ValidationLoss, begun.ValidationLoss, 1e-6);
        Assert.Equal(left.Top1, begun.Top1);
        Assert.True(RunFolder.Open(_temporary.File("fresh")).ReadMetrics().Single().ValidationLoss > left.ValidationLoss + 0.1);
    }

    [Fact]
    public void Whoever_watches_is_told_what_was_loaded()
    {
        Run(Load(Alone), Trained);
        var observer = new RecordingObserver();

        Run(Load([.. Alone, .. StandingStill, $"student.finetune={Trained}"]), new RunOptions { Output = Tuned, Observer = observer });

        WeightsLoaded loaded = Assert.Single(observer.Loaded);
        Assert.Equal((TrainingPhase.Student, "tiny_student"), (loaded.Phase, loaded.Model));
        Assert.Equal(Path.Combine(Trained, "checkpoint-last", "model.safetensors"), loaded.Adaptation.Path);
        Assert.Empty(loaded.Adaptation.Changes);
    }

    [Fact]
    public void A_teacher_may_be_tuned_too()
    {
        Run(Load([]), Trained);
        var observer = new RecordingObserver();
        string teacher = Path.Combine(Trained, "teacher");

        Run(Load(["teacher.epochs=1", "student.epochs=1", $"teacher.finetune={teacher}"]), new RunOptions { Output = Tuned, Observer = observer });

        Assert.Equal(TrainingPhase.Teacher, Assert.Single(observer.Loaded).Phase);
        Assert.Equal(teacher, Recipe.Load(Path.Combine(Tuned, "teacher", "recipe.yaml")).Student.Finetune);
    }

    [Fact]
    public void A_run_that_is_resumed_has_weights_of_its_own_and_asks_for_no_others()
    {
        Run(Load(Alone), Trained);
        Recipe recipe = Load([.. Alone, $"student.finetune={Trained}"]);
        Run(recipe, _temporary.File("whole"));
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver { AfterStep = done => { if (done is { Epoch: 2, Step: 2 }) cancellation.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() =>
            RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Tuned, Observer = observer }).Execute(cancellation.Token));
        Directory.Delete(Trained, recursive: true);

        Run(recipe, new RunOptions { Output = Tuned, Resume = true });

        string file = Path.Combine("checkpoint-last", "model.safetensors");
        Assert.Equal(File.ReadAllBytes(Path.Combine(_temporary.File("whole"), file)), File.ReadAllBytes(Path.Combine(Tuned, file)));
    }

    [Fact]
    public void A_path_is_relative_to_the_recipe_and_the_runs_own_recipe_still_names_it()
    {
        Run(Load(Alone), Trained);
        string recipe = _temporary.File("relative.yaml");
        File.WriteAllText(recipe, "name: relative\ndata: { image_size: 8 }\nstudent: { model: tiny_student, finetune: trained, epochs: 1 }\n");

        Run(Recipe.Load(recipe), Tuned);

        Assert.Equal(Trained, Recipe.Load(Path.Combine(Tuned, "recipe.yaml")).Student.Finetune);
    }

    [Theory]
    [InlineData("student.finetune=/nowhere.pth", "There are no weights at '/nowhere.pth'")]
    [InlineData("student.finetune=/", "has no weights")]
    [InlineData("student.finetune=pretrained", "No weights were published for tiny_student")]
    [InlineData("student.finetune=pretrained:tag", "No weights were published for tiny_student")]
    [InlineData("teacher.weights=pretrained", "No weights were published for tiny_classifier")]
    public void Weights_that_are_not_there_are_missed_before_a_folder_is_made(string option, string message)
    {
        DeitException error = Assert.Throws<DeitException>(() => Run(Load([option]), Tuned));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Tuned));
    }

    [Fact]
    public void Weights_of_another_architecture_are_refused()
    {
        Run(Load(Alone), Trained);

        DeitException error = Assert.Throws<DeitException>(() => Run(Load([$"teacher.finetune={Trained}"]), Tuned));

        Assert.Contains("does not fit the model tiny_classifier", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_is_either_taken_as_it_is_or_tuned()
    {
        DeitException error = Assert.Throws<DeitException>(() => Load(["teacher.weights=a", "teacher.finetune=b"]));

        Assert.Contains("DEIT", error.Message, StringComparison.Ordinal);
        Assert.Contains("leave one of the two out", error.Message, StringComparison.Ordinal);
    }

    private Recipe Load(string[] options) => TinyRecipe.Load(_temporary.Path, options);

    private static void Run(Recipe recipe, string output) => Run(recipe, new RunOptions { Output = output });

    private static void Run(Recipe recipe, RunOptions options) => RecipeRun.Start(recipe, TinyModels.Registry, options).Execute();
}
