using System.Collections.Immutable;

namespace Deit.Reporting.Charts;

/// <summary>A confusion matrix as coloured cells: a row for every true class, a column for every predicted one.</summary>
/// <param name="Confusion">The counts.</param>
/// <param name="Classes">The names of the classes.</param>
internal sealed record HeatMap(ConfusionMatrix Confusion, ImmutableArray<string> Classes)
{
    /// <summary>The most classes of which cells can still be told apart.</summary>
    public const int MaximumClasses = 40;

    private const int CountedClasses = 16;
    private const double Cells = 400;
    private const double LetterWidth = 6.2;
    private const int MaximumLetters = 16;

    private double Cell => Cells / Classes.Length;

    /// <summary>Room for the names.</summary>
    private double Margin => 30 + (LetterWidth * Classes.Max(static name => Math.Min(name.Length, MaximumLetters)));

    /// <summary>The matrix.</summary>
    public Html Draw()
    {
        // Short names stand upright above their columns.
        bool isTurned = Classes.Max(static name => name.Length) * LetterWidth > Cell;
        double top = isTurned ? Margin : 36;
        double size = Margin + Cells + 4;
        return Html.Of($"""
            <svg class="heat" viewBox="0 0 {size} {top + Cells + 4}" role="img" aria-label="Confusion matrix: rows are true classes, columns predicted ones.">
            <text class="name" x="{Margin + (Cells / 2)}" y="11" text-anchor="middle">predicted</text>
            <text class="name" transform="translate(11 {top + (Cells / 2)}) rotate(-90)" text-anchor="middle">true</text>
            <g class="ticks">{Classes.Select((name, i) => Names(name, i, top, isTurned))}</g>
            <g transform="translate({Margin} {top})">{Enumerable.Range(0, Classes.Length).Select(Row)}</g>
            </svg>
            """);
    }

    private Html Names(string name, int index, double top, bool isTurned)
    {
        double middle = (index + 0.5) * Cell;
        string text = name.Length > MaximumLetters ? $"{name[..(MaximumLetters - 1)]}…" : name;
        Html above = isTurned
            ? Html.Of($"""<text transform="translate({Margin + middle + 4} {top - 7}) rotate(-90)">{text}</text>""")
            : Html.Of($"""<text x="{Margin + middle}" y="{top - 7}" text-anchor="middle">{text}</text>""");
        return Html.Of($"""<text x="{Margin - 7}" y="{top + middle + 4}" text-anchor="end">{text}</text>{above}""");
    }

    private Html Row(int actual) => Html.Concat(Enumerable.Range(0, Classes.Length).Select(predicted => Square(actual, predicted)));

    private Html Square(int actual, int predicted)
    {
        long count = Confusion[actual, predicted];
        double share = Confusion.Share(actual, predicted);
        (double x, double y) = (predicted * Cell, actual * Cell);
        if (count == 0) return Html.Of($"""<rect class="none" x="{x + 0.5}" y="{y + 0.5}" width="{Cell - 1}" height="{Cell - 1}" rx="2"/>""");

        // Mistakes are few: the root lets one in a hundred be seen.
        double shade = actual == predicted ? 0.12 + (0.88 * share) : 0.15 + (0.85 * Math.Sqrt(share));
        string kind = actual == predicted ? "right" : "wrong";
        string strong = shade > 0.6 ? " class=\"strong\"" : "";
        Html text = Classes.Length <= CountedClasses
            ? Html.Of($"""<text{Html.Trusted(strong)} x="{x + (Cell / 2)}" y="{y + (Cell / 2) + 4}" text-anchor="middle">{count}</text>""")
            : Html.Empty;
        return Html.Of($"""<g class="{kind}"><title>{Tip(actual, predicted, count, share)}</title><rect x="{x + 0.5}" y="{y + 0.5}" width="{Cell - 1}" height="{Cell - 1}" rx="2" fill-opacity="{shade}"/>{text}</g>""");
    }

    private string Tip(int actual, int predicted, long count, double share) =>
        $"{Classes[actual]} {(actual == predicted ? "recognised" : "taken for " + Classes[predicted])}: {Figures.Count(count)} of {Figures.Count(Confusion.Images(actual))} ({Figures.Percent(share)})";
}
