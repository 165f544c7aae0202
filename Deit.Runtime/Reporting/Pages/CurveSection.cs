using System.Collections.Immutable;
using System.Globalization;
using Deit.Reporting.Charts;
using Deit.Training;

namespace Deit.Reporting.Pages;

/// <summary>How a training went, epoch by epoch: curves, and the numbers behind them.</summary>
internal static class CurveSection
{
    private static readonly ImmutableArray<(string Name, Func<EpochMetrics, double?> Value, Func<double, string> Text)> Columns =
    [
        ("epoch", static epoch => epoch.Epoch, static value => Figures.Count((long)value)),
        ("learning rate", static epoch => epoch.LearningRate, Figures.LearningRate),
        ("training loss", static epoch => epoch.TrainLoss, Figures.Loss),
        ("validation loss", static epoch => epoch.IfEvaluated()?.ValidationLoss, Figures.Loss),
        ("top-1", static epoch => epoch.IfEvaluated()?.Top1, static value => Figures.Percent(value)),
        ("class head", static epoch => epoch.IfEvaluated()?.ClassTop1, static value => Figures.Percent(value)),
        ("distillation head", static epoch => epoch.IfEvaluated()?.DistillationTop1, static value => Figures.Percent(value)),
        ("averaged", static epoch => epoch.IfEvaluated()?.EmaTop1, static value => Figures.Percent(value)),
        ("images/s", static epoch => epoch.ImagesPerSecond, Figures.Rate),
        ("seconds", static epoch => epoch.Seconds, static value => value.ToString("0.0", CultureInfo.InvariantCulture)),
    ];

    /// <summary>The section.</summary>
    public static Section Draw(RunContent run) => new("curves", "Curves", run.Epochs.IsEmpty && run.TeacherEpochs.IsEmpty
        ? Html.Of($"""<p class="note">No epoch is finished yet.</p>""")
        : Html.Of($"""
            <p class="note">Loss and accuracy are those of the {run.Recipe.Data.Dataset} validation images, but for the loss in training, which holds mixing and distillation. Point at a curve, or focus it and use the arrow keys, for its values.</p>
            <div class="charts">
            {Charts(run).Select(static chart => chart.Draw())}
            </div>
            {Numbers("The student's epochs in numbers", run.Epochs)}
            {Numbers("The teacher's epochs in numbers", run.TeacherEpochs)}
            """));

    private static IEnumerable<LineChart> Charts(RunContent run)
    {
        ImmutableArray<EpochMetrics> epochs = run.Epochs;
        ImmutableArray<EpochMetrics> teacher = run.TeacherEpochs;
        bool isDistilled = run.Last?.ClassTop1 is not null;
        yield return new("Accuracy (top-1)",
        [
            Curve(isDistilled ? "both heads" : "student", 0, epochs, static epoch => epoch.IfEvaluated()?.Top1),
            Curve("class head", 1, epochs, static epoch => epoch.IfEvaluated()?.ClassTop1),
            Curve("distillation head", 2, epochs, static epoch => epoch.IfEvaluated()?.DistillationTop1),
            Curve("averaged weights", 3, epochs, static epoch => epoch.IfEvaluated()?.EmaTop1),
            Teacher(run),
        ], ValueText.Percent);
        yield return new("Loss",
        [
            Curve("training", 1, epochs, static epoch => epoch.TrainLoss),
            Curve("validation", 0, epochs, static epoch => epoch.IfEvaluated()?.ValidationLoss),
            Curve("teacher, validation", 7, teacher, static epoch => epoch.IfEvaluated()?.ValidationLoss) with { IsDashed = true },
        ], ValueText.Loss);
        yield return new("Learning rate",
        [
            Curve("student", 0, epochs, static epoch => epoch.LearningRate),
            Curve("teacher", 7, teacher, static epoch => epoch.LearningRate) with { IsDashed = true },
        ], ValueText.LearningRate);
        yield return new("Throughput in training",
        [
            Curve("student", 0, epochs, static epoch => epoch.ImagesPerSecond),
            Curve("teacher", 7, teacher, static epoch => epoch.ImagesPerSecond) with { IsDashed = true },
        ], ValueText.Rate);
    }

    /// <summary>The epochs of a teacher that was trained; one that was loaded is a level line.</summary>
    private static Series Teacher(RunContent run)
    {
        if (!run.TeacherEpochs.IsEmpty || run.TeacherTop1 is not { } top1 || run.Epochs.IsEmpty)
        {
            return Curve("teacher", 7, run.TeacherEpochs, static epoch => epoch.IfEvaluated()?.Top1) with { IsDashed = true };
        }

        IEnumerable<int> ends = new[] { run.Epochs[0].Epoch, run.Epochs[^1].Epoch }.Distinct();
        return new("teacher", 7, [.. ends.Select(epoch => new DataPoint(epoch, top1))]) { IsDashed = true };
    }

    private static Series Curve(string name, int colour, ImmutableArray<EpochMetrics> epochs, Func<EpochMetrics, double?> value) =>
        new(name, colour, [.. from epoch in epochs let y = value(epoch) where y is not null select new DataPoint(epoch.Epoch, y.Value)]);

    private static Html Numbers(string title, ImmutableArray<EpochMetrics> epochs)
    {
        if (epochs.IsEmpty) return Html.Empty;
        (string Name, Func<EpochMetrics, string> Text)[] columns =
        [
            .. Columns.Where(column => epochs.Any(epoch => column.Value(epoch) is not null))
                .Select(static column => (column.Name, new Func<EpochMetrics, string>(epoch => column.Value(epoch) is { } value ? column.Text(value) : "–"))),
        ];
        return Html.Of($"""
            <details><summary>{title}</summary><div class="card scroll"><table>
            <thead><tr>{columns.Select(static column => Html.Of($"""<th class="n" scope="col">{column.Name}</th>"""))}</tr></thead>
            <tbody>{epochs.Select(epoch => Html.Of($"<tr>{columns.Select(column => Html.Of($"""<td class="n">{column.Text(epoch)}</td>"""))}</tr>\n"))}</tbody>
            </table></div></details>
            """);
    }
}
