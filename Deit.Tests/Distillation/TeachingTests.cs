using System.Collections.Immutable;
using Deit.Checkpoints;
using Deit.Distillation;
using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;
using static TorchSharp.torch;

namespace Deit.Tests.Distillation;

/// <summary>Students that are trained by a teacher's stored answers, beside students whose teacher answers while they are trained.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class TeachingTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Answers => _temporary.File("answers");

    public void Dispose() => _temporary.Dispose();

    [SkippableTheory]
    [InlineData("cpu", "distillation.type=hard")]
    [InlineData("cpu", "distillation.type=hard", "student.cutmix=1", "student.mixup_prob=0.7", "student.mixup_off_epoch=2", "student.grad_accum_steps=2")]
    [InlineData("cpu", "distillation.type=soft", "distillation.tau=3", "student.mixup_mode=pair")]
    [InlineData("cpu", "distillation.type=soft", "distillation.top_k=3", "student.mixup_mode=elem", "student.cutmix_minmax=[0.2, 0.8]")]
    [InlineData("cpu", "distillation.type=soft", "augmentation.repeated=3", "augmentation.random_erasing=0.5", "student.mixup=0")]
    [InlineData("cpu", "distillation.type=hard", "teacher.model=tiny_large_classifier", "student.cutmix=1")]
    [InlineData("cuda", "distillation.type=hard")]
    [InlineData("cuda", "distillation.type=hard", "student.cutmix=1", "student.mixup_prob=0.7", "student.mixup_off_epoch=2", "student.grad_accum_steps=2")]
    [InlineData("cuda", "distillation.type=soft", "distillation.tau=3", "student.mixup_mode=pair")]
    [InlineData("cuda", "distillation.type=soft", "distillation.top_k=3", "student.mixup_mode=elem", "student.cutmix_minmax=[0.2, 0.8]")]
    [InlineData("cuda", "distillation.type=soft", "augmentation.repeated=3", "augmentation.random_erasing=0.5", "student.mixup=0")]
    [InlineData("cuda", "distillation.type=hard", "teacher.model=tiny_large_classifier", "student.cutmix=1")]
    public void A_student_has_the_same_weights_with_and_without_the_cache(string device, params string[] options)
    {
        Device there = Devices.Require(device);
        Recipe recipe = Load(options);
        RunSummary without = Run(recipe, "without", there);
        TeachSummary taught = Teach(recipe, there);
        RunSummary with = Run(recipe with { TeacherCache = Answers }, "with", there);

        Assert.Equal((3, 3), (taught.Epochs, taught.Written));
        Assert.Equal(without.Teacher, with.Teacher);
        Assert.Equal(without.Student, with.Student);
        AssertSame("without", "with");
        Assert.False(Directory.Exists(Path.Combine(_temporary.File("with"), "teacher")));
    }

    [Fact]
    public void A_teacher_with_weights_answers_as_well_and_need_not_be_there_afterwards()
    {
        Run(Load("distillation.type=none", "student.model=tiny_classifier", "student.epochs=1"), "trained");
        Recipe recipe = Load($"teacher.weights={_temporary.File("trained")}");
        Run(recipe, "without");
        Teach(recipe);
        Directory.Delete(_temporary.File("trained"), recursive: true);

        Run(recipe with { TeacherCache = Answers }, "with");

        AssertSame("without", "with");
        Assert.False(Directory.Exists(Path.Combine(Answers, "teacher")));
    }

    [Fact]
    public void Students_of_other_settings_and_fewer_epochs_learn_from_the_same_answers()
    {
        Teach(Load());
        Recipe other = Load("student.epochs=2", "student.lr=5e-3", "student.grad_accum_steps=2", "student.drop_path=0.1", "student.ema_decay=0", "student.smoothing=0", "distillation.alpha=0.3");

        Run(other, "without");
        Run(other with { TeacherCache = Answers }, "with");

        AssertSame("without", "with");
    }

    [Fact]
    public void A_student_that_was_stopped_within_an_epoch_goes_on_with_the_cache()
    {
        Recipe recipe = Load("student.grad_accum_steps=2", "distillation.type=soft");
        Run(recipe, "without");
        Teach(recipe);
        Recipe cached = recipe with { TeacherCache = Answers };
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver { AfterStep = done => { if (done is { Epoch: 2, Step: 2 }) cancellation.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() =>
            RecipeRun.Start(cached, TinyModels.Registry, new() { Output = _temporary.File("with"), Observer = observer }).Execute(cancellation.Token));
        Assert.Equal(4, CheckpointFolder.Find(RunFolder.At(_temporary.File("with")).LastCheckpoint)!.Within!.Batches);

        RecipeRun.Start(cached, TinyModels.Registry, new() { Output = _temporary.File("with"), Resume = true }).Execute();

        AssertSame("without", "with");
    }

    [Fact]
    public void A_run_may_go_on_with_a_cache_that_it_was_begun_without()
    {
        Recipe recipe = Load();
        Run(recipe, "without");
        Teach(recipe);
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver { AfterStep = done => { if (done is { Phase: TrainingPhase.Student, Epoch: 2, Step: 3 }) cancellation.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() =>
            RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = _temporary.File("with"), Observer = observer }).Execute(cancellation.Token));

        RecipeRun.Start(recipe with { TeacherCache = Answers }, TinyModels.Registry, new() { Output = _temporary.File("with"), Resume = true }).Execute();

        AssertSame("without", "with");
    }

    [Fact]
    public void Teaching_that_was_stopped_goes_on_with_the_epochs_that_are_missing()
    {
        Recipe recipe = Load();
        Run(recipe, "without");
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver { AfterBatch = done => { if (done is { Epoch: 2, Batch: 2 }) cancellation.Cancel(); } };
        using (TeachRun stopped = TeachRun.Start(recipe, TinyModels.Registry, new() { Output = Answers, Observer = observer }))
        {
            Assert.Throws<OperationCanceledException>(() => stopped.Execute(cancellation.Token));
        }

        Assert.Equal(["epoch-00001.answers"], Directory.GetFiles(Answers, "epoch*").Select(Path.GetFileName));
        string leftover = Path.Combine(Answers, "epoch-00002.answers.0123.tmp");
        File.WriteAllText(leftover, "half");
        DeitException incomplete = Assert.Throws<DeitException>(() => Run(recipe with { TeacherCache = Answers }, "with"));
        Assert.Contains("lack epoch 2; 3 are needed: let 'deit teach' write the rest", incomplete.Message, StringComparison.Ordinal);

        TeachSummary rest = Teach(recipe);
        TeachSummary nothing = Teach(recipe);
        Run(recipe with { TeacherCache = Answers }, "with");

        Assert.Equal((2, 0), (rest.Written, nothing.Written));
        Assert.Equal(rest.Teacher, nothing.Teacher);
        Assert.False(File.Exists(leftover));
        AssertSame("without", "with");
    }

    [Fact]
    public void Teaching_that_was_stopped_while_the_teacher_was_trained_goes_on_with_its_training()
    {
        Recipe recipe = Load();
        Run(recipe, "without");
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver { AfterStep = done => { if (done is { Epoch: 2, Step: 2 }) cancellation.Cancel(); } };
        using (TeachRun stopped = TeachRun.Start(recipe, TinyModels.Registry, new() { Output = Answers, Observer = observer }))
        {
            Assert.Throws<OperationCanceledException>(() => stopped.Execute(cancellation.Token));
        }

        Teach(recipe);
        Run(recipe with { TeacherCache = Answers }, "with");

        AssertSame("without", "with");
    }

    [Fact]
    public void The_teacher_of_a_run_is_not_trained_again()
    {
        Recipe recipe = Load();
        Run(recipe, "without");
        var observer = new RecordingObserver();

        using (TeachRun run = TeachRun.Start(recipe, TinyModels.Registry, new() { Output = Answers, Observer = observer }, _temporary.File("without"))) run.Execute();
        Run(recipe with { TeacherCache = Answers }, "with");

        Assert.Empty(observer.Steps);
        Assert.False(Directory.Exists(Path.Combine(Answers, "teacher")));
        AssertSame("without", "with");
    }

    [Fact]
    public void The_teacher_of_a_run_of_another_recipe_is_refused()
    {
        Run(Load("student.epochs=1"), "other");

        using TeachRun run = TeachRun.Start(Load("teacher.lr=2e-2"), TinyModels.Registry, new() { Output = Answers }, _temporary.File("other"));
        DeitException error = Assert.Throws<DeitException>(() => run.Execute());

        Assert.Contains("is of another recipe: student.lr (0.01 there, 0.02 now).", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_run_takes_the_teacher_that_was_trained_in_its_folder(bool resume, bool cached)
    {
        Recipe recipe = Load();
        Run(recipe, "without");
        TeachInFolderOf("run", recipe);
        var observer = new RecordingObserver();

        RunSummary summary = RecipeRun.Start(recipe with { TeacherCache = cached ? Answers : null }, TinyModels.Registry, new() { Output = _temporary.File("run"), Resume = resume, Observer = observer }).Execute();

        Assert.DoesNotContain(observer.Steps, static step => step.Phase == TrainingPhase.Teacher);
        Assert.Equal(RunFolder.Open(_temporary.File("without")).ReadSummary()!.Teacher, summary.Teacher);
        AssertSame("without", "run");
        AssertSame("without/teacher", "run/teacher");
    }

    [Fact]
    public void A_run_goes_on_with_the_teacher_whose_training_was_stopped_in_its_folder()
    {
        Recipe recipe = Load();
        Run(recipe, "without");
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver { AfterStep = done => { if (done is { Epoch: 2, Step: 2 }) cancellation.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() => TeachInFolderOf("run", recipe, observer, cancellation.Token));

        Run(recipe, "run");

        AssertSame("without", "run");
        AssertSame("without/teacher", "run/teacher");
    }

    [Fact]
    public void A_run_refuses_a_folder_with_another_teacher_or_more_than_that()
    {
        TeachInFolderOf("run", Load("student.epochs=1"));
        string[] before = Directory.GetFileSystemEntries(_temporary.File("run"));

        string other = Assert.Throws<DeitException>(() => Run(Load("teacher.lr=2e-2"), "run")).Message;
        string none = Assert.Throws<DeitException>(() => Run(Load("distillation.type=none"), "run")).Message;

        Assert.Contains("is of another recipe: student.lr (0.01 there, 0.02 now).", other, StringComparison.Ordinal);
        Assert.Contains("is not empty", none, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_temporary.File("run")));
        File.WriteAllText(_temporary.File("run/thesis.txt"), "mine");
        Assert.Contains("is not empty", Assert.Throws<DeitException>(() => Run(Load(), "run")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("skip")]
    [InlineData("rollback")]
    public void Steps_that_are_given_up_are_passed_in_the_answers_too(string policy)
    {
        // At first some of its steps lose more than that, and some less.
        Recipe recipe = Load($"student.on_nonfinite={policy}", "student.explosion_factor=0.975", "student.warmup_epochs=0", "student.epochs=4", "student.batch_size=64", "student.grad_accum_steps=2");
        RunSummary without = Run(recipe, "without");
        Teach(recipe);
        RunSummary with = Run(recipe with { TeacherCache = Answers }, "with");

        Assert.InRange(with.Student.SkippedSteps, 1, 20);
        Assert.Equal(without.Student, with.Student);
        AssertSame("without", "with");
    }

    [Fact]
    public void A_step_that_failed_by_stored_answers_is_repeated_without_them()
    {
        Recipe recipe = Load("student.lr=1e30", "student.warmup_epochs=0", "student.explosion_factor=0");
        Teach(recipe);
        var error = Assert.Throws<DeitException>(() => Run(recipe with { TeacherCache = Answers }, "with"));
        Directory.Delete(Answers, recursive: true);

        (StepFailure then, StepRepetition now) = FailureFolder.Replay(_temporary.File("with"), TinyModels.Registry);

        Assert.Contains(then.Finding, error.Message, StringComparison.Ordinal);
        Assert.NotNull(then.FirstNonFinite);
        Assert.Equal((FailureCause.Loss, then.FirstNonFinite, "head_dist.bias"), (now.Cause, now.FirstNonFinite, now.Gradient));
    }

    [Fact]
    public void A_step_at_which_teaching_failed_is_repeated_from_the_folder_of_the_answers()
    {
        var error = Assert.Throws<DeitException>(() => Teach(Load("teacher.lr=1e30", "teacher.explosion_factor=0")));

        (StepFailure then, StepRepetition now) = FailureFolder.Replay(Answers, TinyModels.Registry);

        Assert.Contains(then.Finding, error.Message, StringComparison.Ordinal);
        Assert.Equal(("tiny_classifier", then.FirstNonFinite), (then.Model, now.FirstNonFinite));
        Assert.Equal(then.Cause, now.Cause);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void The_teacher_answers_in_the_arithmetic_of_the_training(string stated, bool allowed)
    {
        (bool, bool) before = Switches();
        var seen = new List<(bool, bool)>();
        var observer = new RecordingObserver { AfterBatch = _ => seen.Add(Switches()) };

        using (TeachRun run = TeachRun.Start(Load($"tf32={stated}"), TinyModels.Registry, new() { Output = Answers, Observer = observer })) run.Execute();

        Assert.NotEmpty(seen);
        Assert.All(seen, switches => Assert.Equal((allowed, allowed), switches));
        Assert.Equal(before, Switches());

        static (bool Products, bool Convolutions) Switches() => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
    }

    [Fact]
    public void A_student_that_starts_from_weights_is_distilled()
    {
        Run(Load("distillation.type=none", "student.epochs=2"), "trained");
        Recipe recipe = Load($"student.finetune={_temporary.File("trained")}", "student.epochs=2", "student.batch_size=64", "student.warmup_epochs=0");
        var observer = new RecordingObserver();

        RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = _temporary.File("without"), Observer = observer }).Execute();
        Run(Load("student.epochs=2", "student.batch_size=64", "student.warmup_epochs=0"), "fresh");
        Teach(recipe);
        Run(recipe with { TeacherCache = Answers }, "with");

        Assert.Equal(TrainingPhase.Student, Assert.Single(observer.Loaded).Phase);
        ImmutableArray<EpochMetrics> tuned = RunFolder.At(_temporary.File("without")).ReadMetrics();
        EpochMetrics fresh = RunFolder.At(_temporary.File("fresh")).ReadMetrics()[0];
        EpochMetrics before = RunFolder.At(_temporary.File("trained")).ReadMetrics()[^1];
        Assert.True(tuned[0].ClassTop1 > fresh.ClassTop1, "It does not begin where its weights were.");
        Assert.True(tuned[^1].DistillationTop1 > before.DistillationTop1 + 0.2, "Its distillation head learns nothing of the teacher.");
        AssertSame("without", "with");
    }

    [Theory]
    [InlineData("distillation.type=none", "distils nothing")]
    [InlineData("student.model=tiny_classifier", "has no distillation head")]
    [InlineData("teacher.weights=/nowhere", "There are no weights at '/nowhere'")]
    public void What_cannot_be_taught_is_refused_before_a_folder_is_made(string option, string reason)
    {
        DeitException error = Assert.Throws<DeitException>(() => Teach(Load(option)));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Answers));
    }

    [Fact]
    public void A_folder_of_something_else_is_left_alone()
    {
        Directory.CreateDirectory(Answers);
        File.WriteAllText(Path.Combine(Answers, "thesis.txt"), "mine");

        DeitException error = Assert.Throws<DeitException>(() => Teach(Load()));

        Assert.Contains("is not empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_writer_is_refused()
    {
        using TeachRun first = TeachRun.Start(Load(), TinyModels.Registry, new() { Output = Answers });

        DeitException error = Assert.Throws<DeitException>(() => Teach(Load()));

        Assert.Contains("is being written by process", error.Message, StringComparison.Ordinal);
    }

    private Recipe Load(params string[] options) => TinyRecipe.Load(_temporary.Path, options);

    private RunSummary Run(Recipe recipe, string output, Device? device = null) =>
        RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = _temporary.File(output), Device = device ?? CPU }).Execute();

    private TeachSummary Teach(Recipe recipe, Device? device = null)
    {
        using TeachRun run = TeachRun.Start(recipe, TinyModels.Registry, new() { Output = Answers, Device = device ?? CPU });
        return run.Execute();
    }

    private void TeachInFolderOf(string name, Recipe recipe, RecordingObserver? observer = null, CancellationToken cancellationToken = default)
    {
        using TeachRun run = TeachRun.Start(recipe, TinyModels.Registry, new() { Output = Answers, Observer = observer }, _temporary.File(name));
        run.Execute(cancellationToken);
    }

    private void AssertSame(string expected, string actual)
    {
        string[] files = [.. Directory.GetFiles(Last(expected)).Select(Path.GetFileName).OfType<string>()];
        Assert.Contains(CheckpointFolder.ModelFile, files);
        Assert.Contains(CheckpointFolder.OptimizerFile, files);
        Assert.All(files, file => Assert.True(
            File.ReadAllBytes(Path.Combine(Last(expected), file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Last(actual), file))), $"{file} differs"));

        string Last(string run) => RunFolder.At(_temporary.File(run)).LastCheckpoint;
    }
}
