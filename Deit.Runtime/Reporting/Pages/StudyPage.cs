using System.Collections.Immutable;
using Deit.Reporting.Charts;
using Deit.Studies;

namespace Deit.Reporting.Pages;

/// <summary>The page of a study.</summary>
internal static class StudyPage
{
    /// <summary>Puts the page together.</summary>
    /// <param name="results">The study's numbers.</param>
    /// <param name="folder">Its folder, where the runs' curves are.</param>
    public static Page Draw(StudyResults results, StudyFolder folder) =>
        new($"{results.Study} – deit", Header(results), [.. Sections(results, folder)]);

    private static IEnumerable<Section> Sections(StudyResults results, StudyFolder folder)
    {
        yield return Accuracy(results);
        if (results.Reference is { } reference) yield return StudyTables.Differences(results, reference);
        yield return StudyTables.Results(results);
        yield return StudyCurves.Draw(results, folder);
        yield return StudyTables.Runs(results, folder);
    }

    private static Html Header(StudyResults results)
    {
        string badge = results.IsFinished ? "badge" : "badge open";
        int finished = results.Arms.Count(static arm => arm.IsFinished);
        string state = results.IsFinished ? "finished" : FormattableString.Invariant($"unfinished: {finished} of {results.Arms.Length} arms");
        IEnumerable<(string Value, string Name)> tiles = Tiles(results);
        return Html.Of($"""
            <h1>{results.Study}<span class="{badge}">{state}</span></h1>
            <p class="lead">{results.Description}</p>
            <ul class="tiles">
            {tiles.Select(static tile => Html.Of($"<li><b>{tile.Value}</b><span>{tile.Name}</span></li>\n"))}
            </ul>
            """);
    }

    /// <summary>The best of every family: what the study's question is mostly about.</summary>
    private static IEnumerable<(string Value, string Name)> Tiles(StudyResults results)
    {
        foreach (IGrouping<string, ArmResults> family in results.Arms.GroupBy(static arm => arm.Family))
        {
            if (family.MaxBy(static arm => arm.Top1?.Mean) is { Top1: { } top1 } best) yield return (Figures.Percent(top1.Mean), best.Name == family.Key ? best.Name : $"{family.Key}: {best.Name}");
        }

        if (results.Seconds > 0) yield return (Figures.Duration(results.Seconds), "of training");
    }

    private static Section Accuracy(StudyResults results)
    {
        ScatterChart Chart(string title, string axis, ValueText text, Func<ArmResults, double?> place) =>
            new(title, axis, [.. results.Arms.GroupBy(static arm => arm.Family).Select((family, index) => Family(family, index, place))], text, ValueText.Percent) { IsLabelled = false, IsLogarithmic = true };
        var throughput = Chart("Accuracy against throughput", "images/s in inference", ValueText.Rate, static arm => arm.InferenceImagesPerSecond);
        var time = Chart("Accuracy against training time", "seconds of training", ValueText.Seconds, static arm => arm.Seconds?.Mean);
        Html measured = results.Throughput is { } there
            ? Html.Of($"""<p class="note">{StudyTables.Scope(results)} Throughput is that of generated code for inference by {(there.Threads == 1 ? "1 thread" : FormattableString.Invariant($"{there.Threads} threads"))}, in batches of {there.Batch} images: medians of {there.Rounds} turns which the models had one after the other, beside a product of matrices at {Figures.Rate(there.SgemmGigaflops)} GFLOP/s.</p>""")
            : Html.Of($"""<p class="note">{StudyTables.Scope(results)} Throughput is measured when all runs are finished.</p>""");
        return new("accuracy", "Accuracy", Html.Of($"""
            {measured}
            <div class="charts">
            {(results.Arms.DistinctBy(static arm => arm.Model).Count() > 1 ? throughput.Draw() : Html.Empty)}
            {time.Draw()}
            </div>
            """));
    }

    private static Series Family(IGrouping<string, ArmResults> family, int index, Func<ArmResults, double?> place) => new(family.Key, index,
    [
        .. from arm in family
           let x = place(arm)
           let top1 = arm.Top1
           where x is not null && top1 is not null
           orderby x
           select new DataPoint(x.Value, top1.Mean, arm.Name) { Low = top1.Minimum, High = top1.Maximum },
    ]);
}
