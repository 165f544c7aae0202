using System.Text.Json;
using Deit.Studies;
using Deit.Tests.Inference;
using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;

namespace Deit.Tests.Studies;

/// <summary>What of a study goes on when a run fails, and what does not.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class FailingArmTests : IDisposable
{
    private const string NoTeacher = "It was not begun: its teacher, 'teacher', is not trained.";

    private readonly TemporaryFolder _temporary = new();
    private readonly RecordingProgress _progress = new();

    private StudyFolder Folder => new(_temporary.File("run"));

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void The_arms_that_a_failing_one_does_not_teach_go_on_and_it_is_noted_why_the_others_do_not()
    {
        Study study = Study.Load(TinyStudy.Write(_temporary.Path, TinyStudy.Text.Replace(
            "student: {model: tiny_classifier}", "student: {model: tiny_classifier, lr: 1e30, explosion_factor: 0}", StringComparison.Ordinal)));

        StudyResults results = Execute(study);

        Assert.Equal(["teacher 0", "alone 5", "alone 6"], _progress.Runs);
        Assert.Equal(["teacher 0", "taught 5", "taught 6"], _progress.Failed.Select(static failed => failed.Run));
        string reason = _progress.Failed[0].Reason;
        Assert.Matches(@"^The loss is (NaN|Infinity) at step \d of epoch 1", reason);
        Assert.Equal([NoTeacher, NoTeacher], _progress.Failed.Skip(1).Select(static failed => failed.Reason));
        Assert.Equal([("taught", false, true), ("teacher", false, true), ("alone", true, false)], results.Arms.Select(static arm => (arm.Name, arm.IsFinished, arm.HasFailed)));
        Assert.Equal(1, _progress.Measured);

        Assert.Equal([NoTeacher, NoTeacher, reason, null, null], FailuresInJson());
        string page = File.ReadAllText(Folder.ReportFile);
        Assert.Contains("<b>taught, seed 6</b>: It was not begun", page, StringComparison.Ordinal);
        Assert.Contains("<b>teacher, seed 0</b>: The loss is", page, StringComparison.Ordinal);
        Assert.DoesNotContain("arms/teacher/seed-0/report.html", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_time_it_is_tried_again_and_what_it_teaches_after_it()
    {
        Study study = TinyStudy.Load(_temporary.Path);
        Execute(study, static step => throw new DeitException($"It does not like step {step.Step}."), first: 1);

        StudyResults alone = Execute(study, only: ["alone"]);
        Assert.Equal("It does not like step 1.", Assert.Single(Arm(alone, "teacher").Runs).Failure);
        StudyResults again = Execute(study);

        Assert.True(again.IsFinished);
        Assert.Equal(["teacher 0", "alone 5", "alone 6", "teacher 0", "taught 5", "taught 6"], _progress.Runs);
        Assert.All(FailuresInJson(), Assert.Null);
        Assert.DoesNotContain("It does not like step 1.", File.ReadAllText(Folder.ReportFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_that_is_told_to_stop_does_so_though_the_run_failed_meanwhile()
    {
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => Execute(TinyStudy.Load(_temporary.Path), _ =>
        {
            cancellation.Cancel();
            throw new DeitException("It does not like to be stopped.");
        }, cancellationToken: cancellation.Token));

        Assert.Equal(["teacher 0"], _progress.Runs);
    }

    [Fact]
    public void Without_its_images_a_study_ends()
    {
        ColourImages.Write(_temporary, "data/train", classes: 10, imagesPerClass: 2);
        ColourImages.Write(_temporary, "data/val", classes: 10, imagesPerClass: 1);
        Study study = TinyStudy.Load(_temporary.Path, "data.dataset=folder", $"data.path={_temporary.File("data")}", "student.batch_size=4");

        DeitException error = Assert.Throws<DeitException>(() => Execute(study, _ =>
        {
            Directory.Delete(_temporary.File("data"), recursive: true);
            throw new DeitException("An image cannot be read.");
        }));

        Assert.Contains(_temporary.File("data"), error.Message, StringComparison.Ordinal);
        Assert.Equal(["teacher 0"], _progress.Runs);
        Assert.Empty(_progress.Failed);
    }

    [Fact]
    public void Where_the_disk_refuses_the_studys_own_files_it_ends()
    {
        DeitException error = Assert.Throws<DeitException>(() => Execute(TinyStudy.Load(_temporary.Path), _ =>
        {
            Block(Folder.FailuresFile);
            throw new DeitException("The disk is full.");
        }));

        Assert.Contains("failures.json' could not be written", error.Message, StringComparison.Ordinal);
        Assert.Equal([("teacher 0", "The disk is full.")], _progress.Failed);
        Assert.Equal(["teacher 0"], _progress.Runs);
    }

    [Fact]
    public void What_ends_a_study_is_said_though_the_disk_refuses_its_numbers_then()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Execute(TinyStudy.Load(_temporary.Path), _ =>
        {
            Block(Folder.ResultsFile);
            throw new InvalidOperationException("The power is cut.");
        }));

        Assert.Equal("The power is cut.", error.Message);
    }

    private StudyResults Execute(
        Study study, Action<StepDone>? afterStep = null, int first = int.MaxValue, string[]? only = null, CancellationToken cancellationToken = default)
    {
        var observer = new RecordingObserver
        {
            AfterStep = step =>
            {
                if (first-- > 0) afterStep?.Invoke(step);
            },
        };
        using StudyRun run = StudyRun.Start(
            study, TinyModels.Registry, new() { Output = Folder.Path, Only = only ?? [], Observer = observer, Progress = _progress, Rounds = 1 });
        return run.Execute(cancellationToken);
    }

    /// <summary>Puts a folder into the place of a file, so that it cannot be written.</summary>
    private static void Block(string file)
    {
        File.Delete(file);
        Directory.CreateDirectory(Path.Combine(file, "in-the-way"));
    }

    private IEnumerable<string?> FailuresInJson() =>
    [
        .. JsonDocument.Parse(File.ReadAllText(Folder.ResultsFile)).RootElement.GetProperty("arms").EnumerateArray()
            .SelectMany(static arm => arm.GetProperty("runs").EnumerateArray()).Select(static run => run.GetProperty("failure").GetString()),
    ];

    private static ArmResults Arm(StudyResults results, string name) => results.Arms.Single(arm => arm.Name == name);
}
