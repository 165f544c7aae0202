using System.Collections.Immutable;

namespace Deit.Reporting.Charts;

/// <summary>Labelled points, such as models by throughput and accuracy; those of a series are joined, as the models of a family are.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="HorizontalName">What is written along the horizontal axis, which is logarithmic where values are far apart.</param>
/// <param name="Series">The points.</param>
/// <param name="Horizontal">How their places along the horizontal axis are written.</param>
/// <param name="Vertical">How their places along the vertical axis are written.</param>
internal sealed record ScatterChart(string Title, string HorizontalName, ImmutableArray<Series> Series, ValueText Horizontal, ValueText Vertical)
{
    // Half the width of the bars that end a spread.
    private const double Whisker = 4;
    private const double FarApart = 8;

    /// <summary>Whether the horizontal axis is logarithmic however near the values are.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Whether names stand beside the points; otherwise they are told under the pointer, and the legend names the series.</summary>
    public bool IsLabelled { get; init; } = true;

    /// <summary>The chart; nothing where there is no point.</summary>
    public Html Draw()
    {
        ImmutableArray<Series> drawn = [.. Series.Where(static series => series.Points.Length > 0)];
        if (drawn.IsEmpty) return Html.Empty;
        DataPoint[] points = [.. drawn.SelectMany(static series => series.Points)];
        double[] columns = [.. points.Select(static point => point.X)];
        bool isFarApart = columns.Min() > 0 && (IsLogarithmic || columns.Max() / columns.Min() > FarApart);
        var frame = new Frame(
            isFarApart ? Axis.Logarithmic(columns) : Axis.Linear(columns), Axis.Linear(points.SelectMany(static point => (double[])[point.Y, point.Low ?? point.Y, point.High ?? point.Y])));
        Html drawing = Html.Of($"""
            {frame.Grid(HorizontalName, Vertical)}
            {drawn.Select(series => Curve(frame, series))}
            """);
        return Frame.Figure(
            Title, drawn.Select(static series => Frame.LegendEntry(series, null)), drawing, $"{Title}. {string.Join(" ", points.Select(Describe))}", Html.Empty);
    }

    private string Describe(DataPoint point) => point.HasSpread
        ? $"{point.Label}: {Vertical.Text(point.Y)}, from {Vertical.Text(point.Low!.Value)} to {Vertical.Text(point.High!.Value)}, at {Horizontal.Text(point.X)}."
        : $"{point.Label}: {Vertical.Text(point.Y)} at {Horizontal.Text(point.X)}.";

    private Html Curve(Frame frame, Series series)
    {
        string line = string.Join(' ', series.Points.Select(point => Html.Of($"{frame.Column(point.X)},{frame.Row(point.Y)}")));
        return Html.Of($"""<g class="curve {series.ColourClass}"><polyline points="{line}"/>{series.Points.Select(point => Mark(frame, point))}</g>""");
    }

    /// <summary>A point and its name, on the side where there is room.</summary>
    private Html Mark(Frame frame, DataPoint point)
    {
        (double column, double row) = (frame.Column(point.X), frame.Row(point.Y));
        bool isLeft = column > (Frame.Left + Frame.Right) / 2;
        (double side, string anchor) = isLeft ? (column - 9, "end") : (column + 9, "start");
        Html name = IsLabelled ? Html.Of($"""<text x="{side}" y="{row + 4}" text-anchor="{anchor}">{point.Label}</text>""") : Html.Empty;
        return Html.Of($"""<g class="point"><title>{Describe(point)}</title>{Spread(frame, point)}<circle cx="{column}" cy="{row}" r="5"/>{name}</g>""");
    }

    private static Html Spread(Frame frame, DataPoint point)
    {
        if (!point.HasSpread) return Html.Empty;
        (double column, double low, double high) = (frame.Column(point.X), frame.Row(point.Low!.Value), frame.Row(point.High!.Value));
        return Html.Of($"""<path class="spread" d="M{column} {low}V{high}M{column - Whisker} {low}H{column + Whisker}M{column - Whisker} {high}H{column + Whisker}"/>""");
    }
}
