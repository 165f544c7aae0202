using System.Collections.Immutable;
using Deit.Reporting.Charts;

namespace Deit.Reporting.Pages;

/// <summary>What is taken for what, and how often each class is recognised.</summary>
internal static class ConfusionSection
{
    private const int MistakesBesideMatrix = 8;
    private const int MistakesAlone = 24;

    private const string MatrixReading =
        "A row holds the images of a class, a column those that were taken for one: blue is right, orange is wrong, shaded by the share of the row.";

    // Longer tables are cut to their ends; the whole one can be unfolded.
    private const int ClassesShown = 24;

    /// <summary>The section.</summary>
    public static Section Draw(ModelAnswers answers)
    {
        ConfusionMatrix confusion = answers.Confusion();
        bool hasMatrix = confusion.Classes <= HeatMap.MaximumClasses;
        Confusion[] frequent = [.. confusion.Mistakes().Take(hasMatrix ? MistakesBesideMatrix : MistakesAlone)];
        Html mistakes = Html.Of($"""<div class="card"><h3>Most frequent mistakes</h3>{Mistakes(frequent, confusion, answers.Classes)}</div>""");
        Html accuracies = Html.Of($"""<div class="card"><h3>Accuracy by class</h3>{Accuracies(confusion, answers.Classes)}</div>""");
        Html columns = hasMatrix
            ? Html.Of($"""<div class="card">{new HeatMap(confusion, answers.Classes).Draw()}</div><div class="stack">{accuracies}{mistakes}</div>""")
            : Html.Concat(mistakes, accuracies);
        return new("confusion", "Confusion", Html.Of($"""
            <p class="note">{PredictionSection.Scope(answers)}. {(hasMatrix ? MatrixReading : "")}</p>
            <div class="split">
            {columns}
            </div>
            """));
    }

    private static Html Mistakes(Confusion[] mistakes, ConfusionMatrix confusion, ImmutableArray<string> classes) => mistakes.Length == 0
        ? Html.Of($"""<p class="note">There is none.</p>""")
        : Html.Of($"""
            <table><thead><tr><th scope="col">is</th><th scope="col">taken for</th><th class="n" scope="col">images</th><th class="n" scope="col">of its class</th><th></th></tr></thead><tbody>
            {mistakes.Select(mistake => Mistake(mistake, confusion, classes))}</tbody></table>
            """);

    private static Html Mistake(Confusion mistake, ConfusionMatrix confusion, ImmutableArray<string> classes)
    {
        double share = confusion.Share(mistake.Actual, mistake.Predicted);
        return Html.Of($"""
            <tr><td>{classes[mistake.Actual]}</td><td>{classes[mistake.Predicted]}</td><td class="n">{Figures.Count(mistake.Count)}</td><td class="n">{Figures.Percent(share)}</td><td class="share">{Bar(share, " wrong")}</td></tr>

            """);
    }

    private static Html Accuracies(ConfusionMatrix confusion, ImmutableArray<string> classes)
    {
        int[] seen = [.. Enumerable.Range(0, confusion.Classes).Where(index => confusion.Images(index) > 0)];
        if (seen.Length <= ClassesShown) return Accuracies(confusion, classes, seen);
        int[] byAccuracy = [.. seen.OrderBy(index => confusion.Share(index, index)).ThenBy(static index => index)];
        return Html.Of($"""
            <p class="note">The {ClassesShown / 2} worst and the {ClassesShown / 2} best of {seen.Length}.</p>
            {Accuracies(confusion, classes, [.. byAccuracy.Take(ClassesShown / 2), .. byAccuracy.TakeLast(ClassesShown / 2)])}
            <details><summary>All classes</summary><div class="scroll">{Accuracies(confusion, classes, seen)}</div></details>
            """);
    }

    private static Html Accuracies(ConfusionMatrix confusion, ImmutableArray<string> classes, int[] shown) => Html.Of($"""
        <table><thead><tr><th scope="col">class</th><th class="n" scope="col">right</th><th class="n" scope="col">images</th><th class="n" scope="col">accuracy</th><th></th></tr></thead><tbody>
        {shown.Select(index => Accuracy(index, confusion, classes))}</tbody></table>
        """);

    private static Html Accuracy(int index, ConfusionMatrix confusion, ImmutableArray<string> classes)
    {
        double share = confusion.Share(index, index);
        return Html.Of($"""
            <tr><td>{classes[index]}</td><td class="n">{Figures.Count(confusion[index, index])}</td><td class="n">{Figures.Count(confusion.Images(index))}</td><td class="n">{Figures.Percent(share)}</td><td class="share">{Bar(share, "")}</td></tr>

            """);
    }

    private static Html Bar(double share, string kind) =>
        Html.Of($"""<span class="track"><span class="bar{kind}" style="width:{share * 100}%"></span></span>""");
}
