using System.Text.RegularExpressions;
using Deit.Cli;
using Deit.Cli.Display;
using Deit.Reporting;
using Deit.Reporting.Pages;
using Deit.Studies;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Reporting;

/// <summary>Epochs that <c>eval_every</c> leaves out repeat what was measured before, and nothing shows it as if it were theirs.</summary>
public sealed class LeftOutEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Run => _temporary.File("run");

    public LeftOutEvaluationTests()
    {
        WrittenRun.Make(Run, "student.eval_every=2");
        foreach (EpochMetrics epoch in (EpochMetrics[])[Evaluated(1, 0.5), LeftOut(2), Evaluated(3, 0.75)]) RunFolder.Open(Run).Append(epoch);
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void In_the_table_they_have_dashes()
    {
        string page = CurveSection.Draw(RunContent.Read(Run)).Content.ToString();

        Assert.Contains("""<td class="n">0.0500</td><td class="n">–</td><td class="n">–</td><td class="n">–</td><td class="n">–</td><td class="n">–</td>""", Row(page, 2));
        Assert.Contains("""<td class="n">1.5000</td><td class="n">75.00 %</td>""", Row(page, 3));
    }

    [Fact]
    public void In_the_curves_of_a_run_of_several_and_of_a_study_they_have_no_point()
    {
        string several = _temporary.File("several.html");
        RunComparison.Of([Run]).WritePage(several);
        string[] pages =
        [
            CurveSection.Draw(RunContent.Read(Run)).Content.ToString(),
            File.ReadAllText(several),
            StudyCurves.Draw(StudyOfRun(), new(_temporary.Path)).Content.ToString(),
        ];

        foreach (string page in pages)
        {
            Assert.Contains("""["50.00 %","75.00 %"]""", page);
            Assert.DoesNotContain("""["50.00 %","50.00 %",""", page);
            Assert.DoesNotContain("""["1.5000","1.5000",""", page);
        }

        // What they were trained is theirs.
        Assert.Contains("""["0.0500","0.0500","0.0500"]""", pages[0]);
        Assert.Contains("""["1.5000",null,"1.5000"]""", pages[0]);
    }

    [Fact]
    public void The_page_of_a_run_that_stopped_at_one_says_of_which_epoch_its_numbers_are()
    {
        RunFolder.Open(Run).Append(LeftOut(4) with { EvaluatedEpoch = 3 });

        string header = Tiles.Header(RunContent.Read(Run), model: null).ToString();

        Assert.Contains("top-1, both heads, after epoch 3", header);
    }

    [Fact]
    public void In_the_terminal_they_have_dashes()
    {
        using var output = new StringWriter();
        TrainingDisplay display = TrainingDisplay.For(new Terminal(output, isRedirected: true));

        display.EpochDone(new(TrainingPhase.Student, 5, Evaluated(1, 0.5)));
        display.EpochDone(new(TrainingPhase.Student, 5, LeftOut(2)));

        string[] lines = output.ToString().Split(Environment.NewLine);
        Assert.Contains("loss 0.0500  validation 1.5000  top-1 50.00 % (class 25.00 %, distillation 25.00 %)  ema 25.00 %  100 images/s", lines[0]);
        Assert.Contains("loss 0.0500  validation –  top-1 –  100 images/s", lines[1]);
    }

    private StudyResults StudyOfRun()
    {
        var run = new ArmRun(0, "run", Assert.Single(RunComparison.Of([Run]).Runs), Failure: null);
        var arm = new ArmResults { Name = "arm", Family = "arm", Model = "model", Parameters = 0, Macs = 0, Distillation = "none", IsFinished = false, Runs = [run] };
        return new() { Study = "study", IsFinished = false, Seconds = 0, Arms = [arm] };
    }

    private static string Row(string page, int epoch) => Regex.Match(page, $"""<tr><td class="n">{epoch}</td>.*?</tr>""").Value;

    private static EpochMetrics LeftOut(int epoch) => Evaluated(epoch, 0.5) with { EvaluatedEpoch = 1 };

    private static EpochMetrics Evaluated(int epoch, double top1) => new()
    {
        Epoch = epoch,
        LearningRate = 1e-3,
        TrainLoss = 0.05,
        ValidationLoss = 1.5,
        Top1 = top1,
        ClassTop1 = 0.25,
        DistillationTop1 = 0.25,
        EmaTop1 = 0.25,
        ImagesPerSecond = 100,
        Seconds = 10,
    };
}
