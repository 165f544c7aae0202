using System.Text.Json;
using Deit.Studies;
using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;

namespace Deit.Tests.Studies;

/// <summary>A study from its file to its page, in one go and in pieces.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class StudyRunTests : IDisposable
{
    // Of batches of 256 from the 1438 digits to train on; what is left over makes no step.
    private const int EpochsOfRun = 2;
    private const int StepsOfEpoch = 5;

    private static readonly string[] RunsInOrder = ["teacher 0", "taught 5", "alone 5", "taught 6", "alone 6"];

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Teachers_come_first_and_the_first_seed_of_every_arm_before_the_second() =>
        Assert.Equal(RunsInOrder, TinyStudy.Load(_temporary.Path).Runs().Select(RecordingProgress.Name));

    [Fact]
    public void A_study_that_was_stopped_anywhere_ends_with_the_numbers_of_one_that_was_not()
    {
        Study study = TinyStudy.Load(_temporary.Path, "checkpoints.steps=1");
        StudyResults whole = Execute(study, "whole");
        var progress = new RecordingProgress();

        // Within the teacher's first epoch, and between its run and the next one; then in the second run's second epoch.
        Assert.Throws<InvalidOperationException>(() => Execute(study, "pieces", progress, static step => step is { Epoch: 1, Step: 3 }));
        int steps = 0;
        Assert.Throws<InvalidOperationException>(() => Execute(study, "pieces", progress, step => ++steps > 10 && step is { Epoch: 2, Step: 2 }));
        StudyResults pieces = Execute(study, "pieces", progress);

        Assert.True(pieces.IsFinished);
        Assert.Equal(Numbers(whole), Numbers(pieces));
        Assert.Equal(["teacher 0", "teacher 0", "taught 5", "taught 5", "alone 5", "taught 6", "alone 6"], progress.Runs);
    }

    [Fact]
    public void What_is_finished_is_neither_trained_nor_measured_again()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        Execute(study, "run");
        var progress = new RecordingProgress();

        StudyResults again = Execute(study, "run", progress, static _ => true);

        Assert.True(again.IsFinished);
        Assert.Empty(progress.Runs);
        Assert.Equal(0, progress.Measured);
    }

    [Fact]
    public void A_cancelled_study_says_how_far_it_is()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver { AfterStep = _ => cancellation.Cancel() };
        string folder = _temporary.File("run");
        using (StudyRun run = StudyRun.Start(study, TinyModels.Registry, new() { Output = folder, Observer = observer }))
        {
            Assert.Throws<OperationCanceledException>(() => run.Execute(cancellation.Token));
        }

        Assert.Single(observer.Steps);
        Assert.Contains("unfinished: 0 of 3 arms", File.ReadAllText(new StudyFolder(folder).ReportFile));
        Assert.False(JsonDocument.Parse(File.ReadAllText(new StudyFolder(folder).ResultsFile)).RootElement.GetProperty("isFinished").GetBoolean());
    }

    [Fact]
    public void The_time_of_a_study_that_was_stopped_is_the_sum_of_its_parts()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        var clock = new SteppedClock();
        string folder = _temporary.File("run");
        StudyResults Continue(int steps)
        {
            using var cancellation = new CancellationTokenSource();
            int done = 0;
            var observer = new RecordingObserver
            {
                AfterStep = _ =>
                {
                    clock.Seconds += 2;
                    if (++done == steps) cancellation.Cancel();
                },
            };
            using StudyRun run = StudyRun.Start(study, TinyModels.Registry, new() { Output = folder, Observer = observer, Time = clock, Rounds = 1 });
            return run.Execute(cancellation.Token);
        }

        // Within the teacher's first epoch; then within the second epoch of the third run.
        Assert.Throws<OperationCanceledException>(() => Continue(steps: 3));
        clock.Seconds += 86400;
        Assert.Throws<OperationCanceledException>(() => Continue(steps: 25));
        clock.Seconds += 86400;
        StudyResults results = Continue(steps: int.MaxValue);

        Assert.Equal(5 * EpochsOfRun * StepsOfEpoch * 2, results.Seconds);
        Assert.All(results.Arms, static arm => Assert.Equal((EpochsOfRun * StepsOfEpoch * 2, EpochsOfRun * StepsOfEpoch * 2), (arm.Seconds!.Minimum, arm.Seconds.Maximum)));
        Assert.Equal(results.Seconds, JsonDocument.Parse(File.ReadAllText(new StudyFolder(folder).ResultsFile)).RootElement.GetProperty("seconds").GetDouble());
    }

    [Fact]
    public void Of_arms_that_are_asked_for_alone_the_teachers_are_trained_too()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        var progress = new RecordingProgress();
        string folder = _temporary.File("run");
        using StudyRun run = StudyRun.Start(study, TinyModels.Registry, new() { Output = folder, Only = ["taught"], Progress = progress, Rounds = 1 });

        StudyResults results = run.Execute();

        Assert.Equal(["teacher 0", "taught 5", "taught 6"], progress.Runs);
        Assert.False(results.IsFinished);
        Assert.Equal(2, progress.Measured);
    }

    [Fact]
    public void The_teacher_of_every_seed_is_the_first_run_of_its_arm()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        StudyResults results = Execute(study, "run");

        ArmResults taught = Arm(results, "taught");
        Assert.All(taught.Runs, run => Assert.Equal(Arm(results, "teacher").Top1!.Mean, run.Result.TeacherTop1));
        Assert.Equal([5L, 6L], taught.Runs.Select(static run => run.Seed));
        Assert.Equal((2, "hard"), (taught.Top1!.Count, taught.Distillation));
        Assert.NotEqual(taught.Runs[0].Result.ValidationLoss, taught.Runs[1].Result.ValidationLoss);
    }

    [Fact]
    public void Numbers_and_page_hold_every_arm()
    {
        StudyResults results = Execute(TinyStudy.Load(_temporary.Path), "run");
        var folder = new StudyFolder(_temporary.File("run"));

        JsonElement json = JsonDocument.Parse(File.ReadAllText(folder.ResultsFile)).RootElement;
        Assert.Equal(("tiny", "alone", true), (json.GetProperty("study").GetString(), json.GetProperty("reference").GetString(), json.GetProperty("isFinished").GetBoolean()));
        JsonElement taught = json.GetProperty("arms")[0];
        Assert.Equal(["tiny_classifier", "tiny_student"], json.GetProperty("throughput").GetProperty("models").EnumerateArray().Select(static model => model.GetProperty("model").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(2, taught.GetProperty("runs").GetArrayLength());
        Assert.Equal(Arm(results, "taught").Top1!.Mean, taught.GetProperty("top1").GetProperty("mean").GetDouble());
        Assert.True(taught.GetProperty("inferenceImagesPerSecond").GetDouble() > 0);
        Assert.Equal(2, taught.GetProperty("difference").GetProperty("top1").GetProperty("count").GetInt32());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("arms")[2].GetProperty("difference").ValueKind);

        string page = File.ReadAllText(folder.ReportFile);
        Assert.All(["taught", "teacher", "alone"], name => Assert.Contains($"<b>{name}</b>", page, StringComparison.Ordinal));
        Assert.Contains("Accuracy against throughput", page);
        Assert.Contains("Compared with alone", page);
        Assert.Contains("arms/taught/seed-6/report.html", page);

        // With ranges over seeds the table is no wider than the page: ranges may break, and two numbers share a column.
        Assert.Contains("""<table class="dense">""", page);
        Assert.Contains("""<th class="n" scope="col">parameters, MACs</th>""", page);
        Assert.DoesNotContain("<script src", page);
    }

    [Fact]
    public void A_finished_run_without_a_page_has_it_drawn_and_no_link_is_dead()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        Execute(study, "run");
        var folder = new StudyFolder(_temporary.File("run"));
        StudyArm alone = study.Find("alone");
        File.Delete(folder.Run(new(alone, 5)).ReportFile);
        File.Delete(folder.Run(new(alone, 6)).ReportFile);
        Directory.CreateDirectory(Path.Combine(folder.Run(new(alone, 6)).ReportFile, "in-the-way"));

        Execute(study, "run");

        Assert.True(File.Exists(folder.Run(new(alone, 5)).ReportFile));
        Assert.Contains("arms/alone/seed-5/report.html", File.ReadAllText(folder.ReportFile), StringComparison.Ordinal);
        Assert.DoesNotContain("arms/alone/seed-6/report.html", File.ReadAllText(folder.ReportFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_another_recipe_is_refused_before_anything_is_trained()
    {
        Execute(TinyStudy.Load(_temporary.Path), "run");
        var progress = new RecordingProgress();

        DeitException exception = Assert.Throws<DeitException>(() => Execute(TinyStudy.Load(_temporary.Path, "student.lr=2e-2"), "run", progress));

        Assert.Contains("student.lr (0.01 there, 0.02 now)", exception.Message, StringComparison.Ordinal);
        Assert.Empty(progress.Runs);
    }

    [Fact]
    public void A_finished_study_may_be_moved()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        StudyResults there = Execute(study, "run");
        Directory.Move(_temporary.File("run"), _temporary.File("moved"));

        Assert.Equal(Numbers(there), Numbers(Execute(study, "moved")));
    }

    [Fact]
    public void More_seeds_train_no_more_than_themselves()
    {
        Execute(TinyStudy.Load(_temporary.Path), "run");
        var progress = new RecordingProgress();
        Study more = Study.Load(TinyStudy.Write(_temporary.Path, TinyStudy.Text.Replace("[5, 6]", "[5, 6, 7]", StringComparison.Ordinal)));

        Execute(more, "run", progress);

        Assert.Equal(["taught 7", "alone 7"], progress.Runs);
    }

    [Fact]
    public void What_cannot_be_run_is_refused()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        Directory.CreateDirectory(_temporary.File("other"));
        File.WriteAllText(_temporary.File("other/letter.txt"), "");

        Assert.Contains("is not empty", Refusal(study, "other"), StringComparison.Ordinal);
        Assert.Contains("There is no model 'tiny_studnt'. Did you mean", Refusal(Changed("model: tiny_student", "model: tiny_studnt")), StringComparison.Ordinal);
        Assert.Contains("has no distillation head", Refusal(Changed("model: tiny_student", "model: tiny_classifier")), StringComparison.Ordinal);
        Assert.Contains("takes images of 8x8", Refusal(Changed("image_size: 8", "image_size: 16")), StringComparison.Ordinal);
        Assert.Contains("There are no weights at", Refusal(Changed("student: {model: tiny_student}", "student: {model: tiny_student, finetune: missing.safetensors}")), StringComparison.Ordinal);
        Assert.Contains("has no arm 'taugt'. Did you mean 'taught'?", Assert.Throws<DeitException>(() => study.Runs("taugt")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_has_one_writer()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        using StudyRun first = StudyRun.Start(study, TinyModels.Registry, new() { Output = _temporary.File("run") });

        Assert.Contains("is being written by", Refusal(study, "run"), StringComparison.Ordinal);
    }

    private Study Changed(string old, string changed) => Study.Load(TinyStudy.Write(_temporary.Path, TinyStudy.Text.Replace(old, changed, StringComparison.Ordinal)));

    private string Refusal(Study study, string folder = "new") =>
        Assert.Throws<DeitException>(() => StudyRun.Start(study, TinyModels.Registry, new() { Output = _temporary.File(folder) })).Message;

    private StudyResults Execute(Study study, string folder, RecordingProgress? progress = null, Func<StepDone, bool>? fails = null)
    {
        var observer = new RecordingObserver
        {
            AfterStep = step =>
            {
                if (fails?.Invoke(step) == true) throw new InvalidOperationException("The power is cut.");
            },
        };
        using StudyRun run = StudyRun.Start(study, TinyModels.Registry, new() { Output = _temporary.File(folder), Observer = observer, Progress = progress, Rounds = 1 });
        return run.Execute();
    }

    private static ArmResults Arm(StudyResults results, string name) => results.Arms.Single(arm => arm.Name == name);


    /// <summary>All that does not depend on the clock.</summary>
    private static IEnumerable<(string Arm, long Seed, double? Top1, double? Loss)> Numbers(StudyResults results) =>
        results.Arms.SelectMany(static arm => arm.Runs.Select(run => (arm.Name, run.Seed, run.Result.Top1, run.Result.ValidationLoss)));

    /// <summary>A clock that goes only where it is told to.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
