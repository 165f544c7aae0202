using System.Collections.Immutable;
using Deit.Reporting.Charts;
using Deit.Training;

namespace Deit.Reporting.Pages;

/// <summary>The page of several runs.</summary>
internal static class ComparisonPage
{
    /// <summary>Puts the page together.</summary>
    public static Page Draw(RunComparison comparison) => new(
        "Comparison – deit",
        Html.Of($"""
            <h1>{comparison.Runs.Length} runs side by side</h1>
            <p class="lead">{string.Join(", ", comparison.Runs.Select(static run => run.Name))}</p>
            """),
        [Results(comparison), Curves(comparison), Recipes(comparison)]);

    private static Section Results(RunComparison comparison)
    {
        double? best = comparison.Runs.Max(static run => run.Top1);
        return new("results", "Results", Html.Of($"""
            <p class="note">Accuracies are those of the last epoch that was evaluated; the best epoch was chosen by the very images that judge it.</p>
            <div class="card scroll wide"><table>
            <thead><tr><th scope="col">run</th>{ResultColumns.Select(static column => Html.Of($"""<th class="n" scope="col">{column.Name}</th>"""))}</tr></thead>
            <tbody>{comparison.Runs.Select((run, index) => Result(run, index, run.Top1 == best))}</tbody>
            </table></div>
            """));
    }

    private static ImmutableArray<(string Name, Func<ComparedRun, string> Text)> ResultColumns { get; } =
    [
        ("top-1", static run => Figures.Percent(run.Top1)),
        ("class head", static run => Figures.Percent(run.ClassTop1)),
        ("distillation head", static run => Figures.Percent(run.DistillationTop1)),
        ("averaged", static run => Figures.Percent(run.EmaTop1)),
        ("teacher", static run => Figures.Percent(run.TeacherTop1)),
        ("best (epoch)", static run => run.BestEpoch is { } epoch ? $"{Figures.Percent(run.BestTop1)} ({Figures.Count(epoch)})" : "–"),
        ("images/s", static run => run.ImagesPerSecond is { } rate ? Figures.Rate(rate) : "–"),
        ("time", static run => Figures.Duration(run.Seconds)),
    ];

    private static Html Result(ComparedRun run, int index, bool isBest)
    {
        IEnumerable<Html> cells = ResultColumns.Select((column, place) => place == 0 && isBest
            ? Html.Of($"""<td class="n best">{column.Text(run)}</td>""")
            : Html.Of($"""<td class="n">{column.Text(run)}</td>"""));
        return Html.Of($"""
            <tr><td class="run"><i class="{Of(run, index, []).ColourClass}"></i><b>{run.Name}</b><br><span class="soft">{run.Model}, {run.State}</span></td>{cells}</tr>

            """);
    }

    private static Section Curves(RunComparison comparison)
    {
        LineChart Chart(string title, ValueText values, Func<EpochMetrics, double?> value) =>
            new(title, [.. comparison.Runs.Select((run, index) => Of(run, index, Points(comparison.Contents[index], value)))], values);
        var scatter = new ScatterChart(
            "Accuracy against throughput",
            "images/s in training",
            [.. comparison.Runs.Select((run, index) => Of(run, index, Place(run)))],
            ValueText.Rate,
            ValueText.Percent);
        return new("curves", "Curves", Html.Of($"""
            <p class="note">Point at a curve, or focus it and use the arrow keys, for its values.</p>
            <div class="charts">
            {Chart("Accuracy (top-1)", ValueText.Percent, static epoch => epoch.IfEvaluated()?.Top1).Draw()}
            {scatter.Draw()}
            {Chart("Validation loss", ValueText.Loss, static epoch => epoch.IfEvaluated()?.ValidationLoss).Draw()}
            {Chart("Training loss", ValueText.Loss, static epoch => epoch.TrainLoss).Draw()}
            {Chart("Accuracy with averaged weights", ValueText.Percent, static epoch => epoch.IfEvaluated()?.EmaTop1).Draw()}
            {Chart("Learning rate", ValueText.LearningRate, static epoch => epoch.LearningRate).Draw()}
            </div>
            """));
    }

    // Where the colours begin anew, curves are dashed.
    private static Series Of(ComparedRun run, int index, ImmutableArray<DataPoint> points) =>
        new(run.Name, index, points) { IsDashed = index / Series.Colours % 2 == 1 };

    private static ImmutableArray<DataPoint> Points(RunContent run, Func<EpochMetrics, double?> value) =>
        [.. from epoch in run.Epochs let y = value(epoch) where y is not null select new DataPoint(epoch.Epoch, y.Value)];

    private static ImmutableArray<DataPoint> Place(ComparedRun run) =>
        run is { ImagesPerSecond: { } rate, Top1: { } top1 } ? [new DataPoint(rate, top1, run.Name)] : [];

    private static Section Recipes(RunComparison comparison) => new("recipes", "Recipes", comparison.Differences.IsEmpty
        ? Html.Of($"""<p class="note">All recipes are the same.</p>""")
        : Html.Of($"""
            <p class="note">The keys that have not the same value in all recipes.</p>
            <div class="card scroll wide"><table>
            <thead><tr><th scope="col">key</th>{comparison.Runs.Select(static run => Html.Of($"""<th scope="col">{run.Name}</th>"""))}</tr></thead>
            <tbody>{comparison.Differences.Select(static difference => Html.Of($"""<tr><td class="mono">{difference.Key}</td>{difference.Values.Select(static value => Html.Of($"<td>{value ?? "–"}</td>"))}</tr>"""))}</tbody>
            </table></div>
            """));
}
