using System.Collections.Immutable;
using Deit.Reporting.Charts;
using Deit.Studies;

namespace Deit.Reporting.Pages;

/// <summary>The numbers of a study in tables.</summary>
internal static class StudyTables
{
    private static readonly ImmutableArray<(string Name, Func<ArmResults, Html> Text, Func<ArmResults, bool> IsThere)> Columns =
    [
        ("top-1", static arm => Accuracy(arm.Top1), static _ => true),
        ("class head", static arm => Accuracy(arm.ClassTop1), static arm => arm.ClassTop1 is not null),
        ("distillation head", static arm => Accuracy(arm.DistillationTop1), static arm => arm.DistillationTop1 is not null),
        ("averaged", static arm => Accuracy(arm.EmaTop1), static arm => arm.EmaTop1 is not null),
        ("teacher", static arm => Html.Of($"{arm.Teacher ?? "–"}"), static arm => arm.Teacher is not null),
        ("parameters, MACs", static arm => Html.Of($"""{Figures.Short(arm.Parameters)}<br><span class="soft">{Figures.Short(arm.Macs)}</span>"""), static _ => true),
        ("inference, images/s", static arm => Rate(arm.InferenceImagesPerSecond), static arm => arm.InferenceImagesPerSecond is not null),
        ("training, images/s", static arm => Rate(arm.ImagesPerSecond?.Mean), static _ => true),
        ("time of a run", static arm => Html.Of($"{(arm.Seconds is { } seconds ? Figures.Duration(seconds.Mean) : "–")}"), static _ => true),
    ];

    /// <summary>How many runs the numbers are of.</summary>
    public static string Scope(StudyResults results) => results.Arms.Any(static arm => arm.Top1 is { Count: > 1 })
        ? "Accuracies are those of the last epoch: means over the finished runs of an arm, with the least and the greatest."
        : "Accuracies are those of the last epoch, of one run an arm: how far other seeds would move them is not known.";

    /// <summary>All arms, family by family.</summary>
    public static Section Results(StudyResults results)
    {
        double? best = results.Arms.Max(static arm => arm.Top1?.Mean);
        var columns = Columns.Where(column => results.Arms.Any(column.IsThere)).ToArray();
        string[] families = [.. results.Arms.Select(static arm => arm.Family).Distinct()];
        return new("results", "Results", Html.Of($"""
            <p class="note">{Scope(results)} The time of a run is its own; the training of its teacher is another arm.</p>
            <div class="card scroll wide"><table class="dense">
            <thead><tr><th scope="col">arm</th>{columns.Select(static column => Html.Of($"""<th class="n" scope="col">{column.Name}</th>"""))}</tr></thead>
            <tbody>{results.Arms.Select(arm => Html.Of($"""
            <tr>{Name(arm, Array.IndexOf(families, arm.Family))}{columns.Select((column, place) => Cell(column.Text(arm), place == 0 && arm.Top1?.Mean == best))}</tr>

            """))}</tbody>
            </table></div>
            """));
    }

    /// <summary>How the arms differ from one of them.</summary>
    public static Section Differences(StudyResults results, string name)
    {
        ArmResults reference = results.Arms.First(arm => arm.Name == name);
        return new("differences", $"Compared with {name}", Html.Of($"""
            <p class="note">Points of accuracy, and training time, more or less than those of {name}, run by run of the same seed{Range(results)}.</p>
            <div class="card scroll wide"><table>
            <thead><tr><th scope="col">arm</th><th class="n" scope="col">top-1</th><th class="n" scope="col">points</th><th class="n" scope="col">training time</th></tr></thead>
            <tbody>
            {Row(reference, Html.Of($"""<span class="soft">reference</span>"""), Html.Of($"{(reference.Seconds is { } seconds ? Figures.Duration(seconds.Mean) : "–")}"))}
            {results.Arms.Where(arm => arm != reference).Select(static arm => Row(arm, Points(arm.Difference), Time(arm.Difference)))}</tbody>
            </table></div>
            """));
    }

    /// <summary>Every run, with the page about it, and why it failed.</summary>
    /// <param name="results">The study's numbers.</param>
    /// <param name="folder">Its folder, where the runs' pages are.</param>
    public static Section Runs(StudyResults results, StudyFolder folder) => new("runs", "Runs", Html.Of($"""
        <p class="note">Every run that is finished has a page of its own in its folder.</p>
        {results.Arms.SelectMany(static arm => arm.Runs).Where(static run => run.Failure is not null).Select(static run => Html.Of($"""<p class="failure"><b>{Name(run)}</b>: {run.Failure}</p>"""))}
        <details><summary>All runs</summary><div class="card scroll wide"><table>
        <thead><tr><th scope="col">run</th><th scope="col">state</th><th class="n" scope="col">top-1</th><th class="n" scope="col">best (epoch)</th><th class="n" scope="col">validation loss</th><th class="n" scope="col">images/s</th><th class="n" scope="col">time</th></tr></thead>
        <tbody>{results.Arms.SelectMany(static arm => arm.Runs).Select(run => Run(run, folder))}</tbody>
        </table></div></details>
        """));

    private static string Range(StudyResults results) => results.Arms.Any(static arm => arm.Difference is { Top1.Count: > 1 }) ? "; below, the least and the greatest of them" : "";

    private static Html Row(ArmResults arm, Html points, Html time) => Html.Of($"""
        <tr><td class="run"><b>{arm.Name}</b><br><span class="soft">{arm.Description}</span></td><td class="n">{Accuracy(arm.Top1)}</td><td class="n">{points}</td><td class="n">{time}</td></tr>

        """);

    private static string Name(ArmRun run) => FormattableString.Invariant($"{run.Result.Name}, seed {run.Seed}");

    private static Html Run(ArmRun run, StudyFolder folder)
    {
        ComparedRun result = run.Result;
        string best = result.BestEpoch is { } epoch ? $"{Figures.Percent(result.BestTop1)} ({Figures.Count(epoch)})" : "–";
        string loss = result.ValidationLoss is { } value ? Figures.Loss(value) : "–";
        string link = $"{run.Folder}/report.html";
        Html name = File.Exists(Path.Combine(folder.Path, link)) ? Html.Of($"""<a href="{link}">{Name(run)}</a>""") : Html.Of($"{Name(run)}");
        return Html.Of($"""
            <tr><td>{name}</td><td>{result.State}</td><td class="n">{Figures.Percent(result.Top1)}</td><td class="n">{best}</td><td class="n">{loss}</td><td class="n">{Rate(result.ImagesPerSecond)}</td><td class="n">{Figures.Duration(result.Seconds)}</td></tr>

            """);
    }

    private static Html Name(ArmResults arm, int family)
    {
        var series = new Series(arm.Family, family, []);
        string detail = arm.Description ?? arm.Model;
        Html state = arm.IsFinished ? Html.Empty : arm.HasFailed ? Html.Of($"""<span class="failure"> failed</span>""") : Html.Of($"""<span class="soft"> unfinished</span>""");
        return Html.Of($"""<td class="run"><i class="{series.ColourClass}"></i><b>{arm.Name}</b>{state}<br><span class="soft">{detail}</span></td>""");
    }

    private static Html Cell(Html text, bool isBest) => isBest ? Html.Of($"""<td class="n best">{text}</td>""") : Html.Of($"""<td class="n">{text}</td>""");

    private static Html Accuracy(Spread? spread) => spread is null ? Html.Of($"–") : Html.Of($"{Figures.Percent(spread.Mean)}{Extremes(spread, Figures.Percent)}");

    private static Html Points(ArmDifference? difference) => difference is null ? Html.Of($"–") : Html.Of($"{Figures.Points(difference.Top1.Mean)}{Extremes(difference.Top1, static value => Figures.Points(value))}");

    private static Html Time(ArmDifference? difference) => difference is null ? Html.Of($"–") : Html.Of($"{Figures.Change(difference.Seconds.Mean)}{Extremes(difference.Seconds, static value => Figures.Change(value))}");

    private static Html Rate(double? rate) => Html.Of($"{(rate is { } value ? Figures.Rate(value) : "–")}");

    private static Html Extremes(Spread spread, Func<double?, string> text) => spread.Count < 2
        ? Html.Empty
        : Html.Of($"""<br><span class="soft">{text(spread.Minimum)} to {text(spread.Maximum)}</span>""");
}
