using System.Text.RegularExpressions;
using System.Xml.Linq;
using Deit.Data;
using Deit.Reporting;
using Deit.Reporting.TensorBoard;
using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;

namespace Deit.Tests.Reporting;

[Collection(GlobalGenerator.Name)]
public sealed partial class RunReportTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Output => _temporary.File("out");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_finished_run_and_its_teacher_have_a_page_with_all_sections_that_loads_nothing()
    {
        Run(TinyRecipe.Load(_temporary.Path));

        foreach (string folder in (string[])[Output, Path.Combine(Output, "teacher")])
        {
            string page = File.ReadAllText(Path.Combine(folder, "report.html"));
            AssertWellFormed(page);
            foreach (string section in (string[])["curves", "predictions", "confusion", "model", "recipe"]) Assert.Contains($"<section id=\"{section}\"", page);
            Assert.Contains(">finished<", page);
        }
    }

    [Fact]
    public void The_page_has_the_numbers_of_the_summary_and_of_every_epoch()
    {
        RunSummary summary = Run(TinyRecipe.Load(_temporary.Path));

        string page = Page();

        double?[] accuracies =
            [summary.Student.Top1, summary.Student.ClassTop1, summary.Student.DistillationTop1, summary.Student.EmaTop1, summary.Teacher!.Top1];
        Assert.All(accuracies, accuracy => Assert.Contains($"<b>{Figures.Percent(accuracy)}</b>", page));
        foreach (EpochMetrics epoch in RunFolder.Open(Output).ReadMetrics().Concat(RunFolder.Open(Output).Teacher.ReadMetrics()))
        {
            Assert.Contains($"<td class=\"n\">{Figures.Loss(epoch.TrainLoss)}</td><td class=\"n\">{Figures.Loss(epoch.ValidationLoss)}</td>", page);
        }

        // What the page says of the predictions is what the evaluation found.
        Assert.Contains($"All 359 images of digits/val: {Figures.Percent(summary.Student.Top1)} right.", page);
        Assert.Contains("those of the last weights", page);
        Assert.Contains("<dt>ema_decay</dt><dd class=\"set\">0.9</dd>", page);
        Assert.Contains("<dt>tau</dt><dd class=\"\">1</dd>", page);
    }

    [Fact]
    public void The_report_of_a_folder_is_that_of_the_run()
    {
        Run(TinyRecipe.Load(_temporary.Path));
        string expected = Page();
        string elsewhere = _temporary.File("elsewhere.html");

        WrittenReport written = RunReport.Write(Output, TinyModels.Registry, new() { Output = elsewhere });

        Assert.Equal(new WrittenReport(elsewhere, null), written);
        Assert.Equal(expected, File.ReadAllText(elsewhere));
    }

    [Fact]
    public void A_run_that_goes_on_has_a_report_of_what_it_has_done()
    {
        Interrupt(TinyRecipe.Load(_temporary.Path), TrainingPhase.Student, epoch: 2);
        string[] before = Files();

        WrittenReport written = RunReport.Write(Output, TinyModels.Registry);

        Assert.Null(written.Missing);
        Assert.Contains("unfinished: 1 of 3 epochs", Page());
        AssertWellFormed(Page());
        Assert.Equal([.. before.Append("report.html").Order(StringComparer.Ordinal)], Files());
    }

    [Fact]
    public void A_run_without_a_checkpoint_has_a_report_without_predictions()
    {
        Interrupt(TinyRecipe.Load(_temporary.Path), TrainingPhase.Teacher, epoch: 2);

        WrittenReport written = RunReport.Write(Output, TinyModels.Registry);

        Assert.Contains("no checkpoint yet", written.Missing);
        Assert.Contains("unfinished: 1 of the teacher&#x27;s 2 epochs", Page());
        Assert.Contains("There are none: the run has no checkpoint yet.", Page());
        AssertWellFormed(Page());
    }

    [Fact]
    public void A_report_that_fails_is_said_and_loses_nothing()
    {
        var observer = new FailureObserver { Output = Output };

        RunSummary summary = Run(TinyRecipe.Load(_temporary.Path), observer);

        Assert.Contains(Path.Combine(Output, "report.html"), Assert.Single(observer.Failures));
        Assert.Equal(summary, RunFolder.Open(Output).ReadSummary());
    }

    [Fact]
    public void A_run_that_was_resumed_has_every_step_once_in_TensorBoard()
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path);
        Interrupt(recipe, TrainingPhase.Teacher, epoch: 2);
        Assert.Throws<OperationCanceledException>(() => Start(recipe, resume: true, Cancelling(TrainingPhase.Student, 3, out CancellationToken token)).Execute(token));

        Start(recipe, resume: true, null).Execute();

        Assert.Equal([1, 2], Steps("teacher"));
        Assert.Equal([1, 2, 3], Steps("student"));
    }

    [Fact]
    public void Of_many_images_the_seed_chooses_those_that_are_looked_at()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        DataSplits many = TinyTraining.Digits with { Validation = new RepeatedImages(TinyTraining.Digits.Validation, 20) };

        ModelAnswers one = Ask(model, many, seed: 1);
        ModelAnswers same = Ask(model, many, seed: 1);
        ModelAnswers other = Ask(model, many, seed: 2);

        Assert.Equal((20 * 359, ModelAnswers.MaximumImages), (one.ImagesThere, one.Answers.Length));
        Assert.Equal(one.Answers.Select(Text), same.Answers.Select(Text));
        Assert.NotEqual(one.Answers.Select(Text), other.Answers.Select(Text));
        Assert.Equal(one.Pictures.Right.Select(static picture => picture.Source), same.Pictures.Right.Select(static picture => picture.Source));

        static string Text(Answer answer) => $"{answer.Actual} {string.Join(' ', answer.Guesses)}";
    }

    [Fact]
    public void The_pictures_are_the_most_certain_mistakes_and_right_answers_of_many_classes()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        new Trainer<TinyClassifier>(model, TinyTraining.Plain).Fit(TinyTraining.Digits);

        ModelAnswers answers = Ask(model, TinyTraining.Digits, seed: 0);

        Assert.Equal(359, answers.Answers.Length);
        Assert.All(answers.Answers, static answer => Assert.InRange(answer.Guesses.Sum(static guess => guess.Probability), answer.Guesses[0].Probability, 1.0001));
        double[] wrong = [.. answers.Pictures.Wrong.Select(static picture => picture.Answer.Guesses[0].Probability)];
        Assert.Equal(answers.Answers.Where(static answer => !answer.IsRight).Select(static answer => answer.Guesses[0].Probability).OrderDescending().Take(wrong.Length), wrong);
        int recognised = answers.Answers.Where(static answer => answer.IsRight).Select(static answer => answer.Actual).Distinct().Count();
        Assert.Equal(recognised, answers.Pictures.Right.Select(static picture => picture.Answer.Actual).Distinct().Count());
        Assert.All(answers.Pictures.Right, static picture => Assert.Equal("89504E47", Convert.ToHexString(picture.Png.AsSpan(0, 4))));
    }

    private static ModelAnswers Ask(IVisionModel model, DataSplits data, long seed) =>
        ModelAnswers.Gather(model, data, TinyTraining.Plain with { Seed = seed, BatchSize = 128 }, new(), CancellationToken.None);

    private static void AssertWellFormed(string page)
    {
        Assert.DoesNotMatch(LoadingPattern(), page);
        Assert.NotEmpty(SvgPattern().Matches(page));
        foreach (Match svg in SvgPattern().Matches(page)) XElement.Parse(svg.Value);

        // Numbers are written the same everywhere, and none is missing.
        Assert.DoesNotContain("NaN", page);
        Assert.DoesNotContain("∞", page);
    }

    private string Page() => File.ReadAllText(Path.Combine(Output, "report.html"));

    private string[] Files() => [.. Directory.GetFiles(Output).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private long[] Steps(string phase) =>
        [.. EventFile.Read(Assert.Single(Directory.GetFiles(Path.Combine(Output, "tensorboard", phase), TensorBoardLog.FilePrefix + "*"))).Select(static record => record.Step).Where(static step => step > 0)];

    private RunSummary Run(Recipe recipe, ITrainingObserver? observer = null) => Start(recipe, resume: false, observer).Execute();

    private RecipeRun Start(Recipe recipe, bool resume, ITrainingObserver? observer) =>
        RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output, Resume = resume, Observer = observer });

    private void Interrupt(Recipe recipe, TrainingPhase phase, int epoch)
    {
        RecordingObserver observer = Cancelling(phase, epoch, out CancellationToken token);
        Assert.Throws<OperationCanceledException>(() => Start(recipe, resume: false, observer).Execute(token));
    }

    private static RecordingObserver Cancelling(TrainingPhase phase, int epoch, out CancellationToken token)
    {
        var cancellation = new CancellationTokenSource();
        token = cancellation.Token;
        return new()
        {
            AfterStep = step =>
            {
                if ((step.Phase, step.Epoch) == (phase, epoch)) cancellation.Cancel();
            },
        };
    }

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex SvgPattern();

    [GeneratedRegex("""(src|href)="(?!data:|#)|<link|@import|url\(|https?://(?!www\.w3\.org/2000/svg)""")]
    private static partial Regex LoadingPattern();

    /// <summary>Takes the place of the report while the student is trained.</summary>
    private sealed class FailureObserver : ITrainingObserver
    {
        public required string Output { get; init; }

        public List<string> Failures { get; } = [];

        public void EpochDone(EpochDone epoch)
        {
            if (epoch.Phase == TrainingPhase.Student) Directory.CreateDirectory(Path.Combine(Output, "report.html", "in-the-way"));
        }

        public void ReportFailed(string reason) => Failures.Add(reason);
    }

    /// <summary>A dataset, several times over.</summary>
    private sealed class RepeatedImages(IImageDataset images, int times) : IImageDataset
    {
        public string Name => images.Name;

        public IReadOnlyList<string> ClassNames => images.ClassNames;

        public int Count => images.Count * times;

        public int Label(int index) => images.Label(index % images.Count);

        public RgbImage Load(int index) => images.Load(index % images.Count);

        public string Describe(int index) => images.Describe(index % images.Count);
    }
}
