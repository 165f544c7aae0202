using System.Text.Json;
using System.Text.RegularExpressions;
using Deit.Checkpoints;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

[Collection(GlobalGenerator.Name)]
public sealed class RecipeRunTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Output => _temporary.File("out");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_run_leaves_teacher_student_and_summary_in_its_folder()
    {
        RunSummary summary = Run(TinyRecipe.Load(_temporary.Path));

        Assert.Equal(
            [
                "checkpoint-best/SHA256SUMS", "checkpoint-best/ema.safetensors", "checkpoint-best/model.safetensors", "checkpoint-best/optimizer.safetensors", "checkpoint-best/state.json",
                "checkpoint-last/SHA256SUMS", "checkpoint-last/ema.safetensors", "checkpoint-last/model.safetensors", "checkpoint-last/optimizer.safetensors", "checkpoint-last/state.json",
                "classes.txt", "data.json", "metrics.jsonl", "recipe.yaml", "report.html", "run.lock", "summary.json",
                "teacher/checkpoint-best/SHA256SUMS", "teacher/checkpoint-best/model.safetensors", "teacher/checkpoint-best/optimizer.safetensors", "teacher/checkpoint-best/state.json",
                "teacher/checkpoint-last/SHA256SUMS", "teacher/checkpoint-last/model.safetensors", "teacher/checkpoint-last/optimizer.safetensors", "teacher/checkpoint-last/state.json",
                "teacher/classes.txt", "teacher/data.json", "teacher/metrics.jsonl", "teacher/recipe.yaml", "teacher/report.html", "teacher/summary.json",
                "tensorboard/student/events.out.tfevents", "tensorboard/teacher/events.out.tfevents",
            ],
            Directory.GetFiles(Output, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Output, path).Replace('\\', '/'))
                .Select(static path => Regex.Replace(path, @"\.\d+\.deit\.000$", "")).Order(StringComparer.Ordinal));
        Assert.Equal(["epoch", "1", "2", "3"], ["epoch", .. RunFolder.Open(Output).ReadMetrics().Select(static epoch => $"{epoch.Epoch}")]);
        Assert.Equal(3, CheckpointFolder.Find(Path.Combine(Output, "checkpoint-last"))!.Epoch);
        Assert.Equal(TinyRecipe.Load(_temporary.Path), Recipe.Load(Path.Combine(Output, "recipe.yaml")));
        Assert.Equal(summary, RunFolder.Open(Output).ReadSummary());
        Assert.Equal("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", File.ReadAllText(RunFolder.Open(Output).ClassesFile));
    }

    [Fact]
    public void The_summary_has_the_documented_form()
    {
        RunSummary summary = Run(TinyRecipe.Load(_temporary.Path));

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Output, "summary.json")));
        JsonElement root = json.RootElement;
        Assert.Equal(["recipe", "seconds", "imagesPerSecond", "teacher", "student"], root.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(["model", "top1"], root.GetProperty("teacher").EnumerateObject().Select(static member => member.Name));
        Assert.Equal(
            ["model", "top1", "classTop1", "distillationTop1", "emaTop1"],
            root.GetProperty("student").EnumerateObject().Select(static member => member.Name));
        Assert.Equal("tiny", root.GetProperty("recipe").GetString());

        // Of the last epochs, and the time of both.
        RunFolder folder = RunFolder.Open(Output);
        EpochMetrics last = folder.ReadMetrics()[^1];
        Assert.Equal(new StudentSummary("tiny_student", last.Top1, last.ClassTop1, last.DistillationTop1, last.EmaTop1), summary.Student);
        Assert.Equal(new TeacherSummary("tiny_classifier", folder.Teacher.ReadMetrics()[^1].Top1), summary.Teacher);
        Assert.Equal(folder.ReadMetrics().Concat(folder.Teacher.ReadMetrics()).Sum(static epoch => epoch.Seconds), summary.Seconds, 1e-9);
    }

    [Fact]
    public void Without_distillation_there_is_no_teacher()
    {
        RunSummary summary = Run(TinyRecipe.Load(_temporary.Path, "distillation.type=none", "student.model=tiny_classifier", "student.ema_decay=0"));

        Assert.Null(summary.Teacher);
        Assert.Equal(new StudentSummary("tiny_classifier", summary.Student.Top1, null, null, null), summary.Student);
        Assert.False(Directory.Exists(Path.Combine(Output, "teacher")));
    }

    [Fact]
    public void The_folder_of_a_teacher_trains_the_same_teacher_alone()
    {
        Run(TinyRecipe.Load(_temporary.Path));

        Run(Recipe.Load(Path.Combine(Output, "teacher", "recipe.yaml")), new() { Output = _temporary.File("alone") });

        AssertSameWeights(Path.Combine(Output, "teacher"), _temporary.File("alone"));
    }

    [Fact]
    public void A_teacher_with_weights_is_not_trained()
    {
        Run(TinyRecipe.Load(_temporary.Path));
        string weights = Path.Combine(Output, "teacher", "checkpoint-last", "model.safetensors");

        RunSummary summary = Run(TinyRecipe.Load(_temporary.Path, $"teacher.weights={weights}"), new() { Output = _temporary.File("again") });

        Assert.Equal(RunFolder.Open(Output).ReadSummary()!.Teacher, summary.Teacher);
        Assert.False(Directory.Exists(_temporary.File("again/teacher")));
        AssertSameWeights(Output, _temporary.File("again"));
    }

    [Theory]
    [InlineData(TrainingPhase.Teacher, 1, 2)]
    [InlineData(TrainingPhase.Teacher, 2, 5)]
    [InlineData(TrainingPhase.Student, 1, 1)]
    [InlineData(TrainingPhase.Student, 3, 2)]
    [InlineData(TrainingPhase.Student, 2, 3)]
    public void A_run_that_was_interrupted_and_resumed_ends_as_if_it_had_not_been(TrainingPhase phase, int epoch, int step)
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path, "teacher.drop_path=0.2", "student.drop_path=0.5", "student.grad_accum_steps=2");
        string whole = _temporary.File("whole");
        RunSummary expected = Run(recipe, new() { Output = whole });
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver
        {
            AfterStep = done =>
            {
                if ((done.Phase, done.Epoch, done.Step) == (phase, epoch, step)) cancellation.Cancel();
            },
        };

        Assert.Throws<OperationCanceledException>(() =>
            RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output, Observer = observer }).Execute(cancellation.Token));
        Assert.False(File.Exists(Path.Combine(Output, "summary.json")));
        CheckpointState saved = CheckpointFolder.Find(Path.Combine(Output, phase == TrainingPhase.Teacher ? "teacher" : "", "checkpoint-last"))!;
        Assert.Equal((epoch - 1, phase == TrainingPhase.Teacher ? step : Math.Min(2 * step, 5)), (saved.Epoch, saved.Within!.Batches));
        RunSummary resumed = Run(recipe, new() { Output = Output, Resume = true });

        Assert.Equal(Untimed(expected), Untimed(resumed));
        Assert.Equal(
            RunFolder.Open(whole).ReadMetrics().Select(Untimed),
            RunFolder.Open(Output).ReadMetrics().Select(Untimed));
        AssertSameWeights(whole, Output);
        AssertSameWeights(Path.Combine(whole, "teacher"), Path.Combine(Output, "teacher"));
    }

    [Fact]
    public void A_finished_run_that_is_resumed_answers_at_once()
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path);
        RunSummary expected = Run(recipe);
        var observer = new RecordingObserver();

        RunSummary summary = Run(recipe, new() { Output = Output, Resume = true, Observer = observer });

        Assert.Equal(expected, summary);
        Assert.Empty(observer.Phases);
    }

    [Fact]
    public void A_run_that_was_killed_before_it_had_its_report_has_it_drawn()
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path);
        RunSummary expected = Run(recipe);
        string report = RunFolder.Open(Output).ReportFile;
        string page = File.ReadAllText(report);
        File.Delete(report);

        RunSummary summary = Run(recipe, new() { Output = Output, Resume = true });

        Assert.Equal(expected, summary);
        Assert.Equal(page, File.ReadAllText(report));
    }

    [Fact]
    public void Another_recipe_is_not_resumed_and_the_message_says_what_differs()
    {
        Run(TinyRecipe.Load(_temporary.Path));
        Recipe other = TinyRecipe.Load(_temporary.Path, "student.epochs=9", "teacher.drop_path=0.5", "description=renamed");

        var error = Assert.Throws<DeitException>(() => Run(other, new() { Output = Output, Resume = true }));

        Assert.Contains(
            "is of another recipe: teacher.drop_path (none there, 0.5 now), student.epochs (3 there, 9 now). ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_not_overwritten()
    {
        Run(TinyRecipe.Load(_temporary.Path));

        Assert.Contains("is not empty", Assert.Throws<DeitException>(() => Run(TinyRecipe.Load(_temporary.Path))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("student.model=tiny_studnet", "Did you mean 'tiny_student'?")]
    [InlineData("teacher.model=tiny_clasifier", "Did you mean 'tiny_classifier'?")]
    [InlineData("student.model=tiny_classifier", "tiny_classifier has no distillation head to be taught")]
    [InlineData("data.image_size=16", "tiny_student takes images of 8x8 pixels")]
    [InlineData("data.dataset=folder", "needs a path")]
    [InlineData("teacher.weights=/nowhere.safetensors", "There are no weights at '/nowhere.safetensors'")]
    public void What_cannot_be_run_is_refused_before_a_folder_is_made(string option, string message)
    {
        var error = Assert.Throws<DeitException>(() => Run(TinyRecipe.Load(_temporary.Path, option)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void A_run_without_a_folder_is_named_by_recipe_and_time()
    {
        string before = Directory.GetCurrentDirectory();
        try
        {
            Directory.SetCurrentDirectory(_temporary.Path);
            var options = new RunOptions { Time = new StoppedClock() };

            string first = RecipeRun.Start(TinyRecipe.Load(_temporary.Path), TinyModels.Registry, options).Folder.Path;
            string second = RecipeRun.Start(TinyRecipe.Load(_temporary.Path), TinyModels.Registry, options).Folder.Path;

            Assert.Equal(Path.Combine("runs", "tiny-20201223-040506"), first);
            Assert.Equal(first + "-2", second);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
        }
    }

    private RunSummary Run(Recipe recipe, RunOptions? options = null) =>
        RecipeRun.Start(recipe, TinyModels.Registry, options ?? new() { Output = Output }).Execute();

    private static RunSummary Untimed(RunSummary summary) => summary with { Seconds = 0, ImagesPerSecond = 0 };

    private static EpochMetrics Untimed(EpochMetrics metrics) => metrics with { Seconds = 0, ImagesPerSecond = 0, DataSeconds = null };

    private static void AssertSameWeights(string expected, string actual)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (string checkpoint in (string[])["checkpoint-last", "checkpoint-best"])
        {
            CheckpointContent one = CheckpointFolder.Load(Path.Combine(expected, checkpoint));
            CheckpointContent other = CheckpointFolder.Load(Path.Combine(actual, checkpoint));
            Assert.Equal(one.State, other.State);
            AssertSame(one.Model, other.Model);
            AssertSame(one.Ema ?? one.Model, other.Ema ?? other.Model);
            AssertSame(one.Optimizer, other.Optimizer);
        }
    }

    private static void AssertSame(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach ((string name, Tensor tensor) in expected) TensorAssert.Identical(tensor, actual[name], name);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2020, 12, 23, 4, 5, 6, TimeSpan.Zero);
    }
}
