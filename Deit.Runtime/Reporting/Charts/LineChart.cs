using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deit.Reporting.Charts;

/// <summary>Curves over epochs.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Series">The curves.</param>
/// <param name="Values">How values are written.</param>
internal sealed record LineChart(string Title, ImmutableArray<Series> Series, ValueText Values)
{
    // With more, a curve's points run together.
    private const int MarkedPoints = 30;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>The chart; nothing where there is no point.</summary>
    public Html Draw()
    {
        ImmutableArray<Series> drawn = [.. Series.Where(static series => series.Points.Length > 0)];
        if (drawn.IsEmpty) return Html.Empty;
        IEnumerable<DataPoint> points = drawn.SelectMany(static series => series.Points);
        var frame = new Frame(Axis.Whole(points.Select(static point => point.X)), Axis.Linear(points.Select(static point => point.Y)));
        Html drawing = Html.Of($"""
            {frame.Grid("epoch", Values)}
            {drawn.Reverse().Select(series => Curve(frame, series))}
            <g class="hover"></g>
            """);
        return Frame.Figure(
            Title,
            drawn.Select(series => Frame.LegendEntry(series, Values.Text(series.Points[^1].Y))),
            drawing,
            $"{Title} by epoch. {string.Join(" ", drawn.Select(Describe))}",
            Hover(frame, drawn));
    }

    private string Describe(Series series) =>
        $"{series.Name}: from {Values.Text(series.Points[0].Y)} to {Values.Text(series.Points[^1].Y)}.";

    private static Html Curve(Frame frame, Series series)
    {
        var path = new StringBuilder();
        foreach (DataPoint point in series.Points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L')
                .Append(CultureInfo.InvariantCulture, $"{frame.Column(point.X):0.##} {frame.Row(point.Y):0.##}");
        }

        string dashed = series.IsDashed ? " dashed" : "";
        IEnumerable<Html> marks = series.Points.Length > MarkedPoints
            ? []
            : series.Points.Select(point => Html.Of($"""<circle cx="{frame.Column(point.X)}" cy="{frame.Row(point.Y)}" r="2.2"/>"""));
        return Html.Of($"""<g class="curve {series.ColourClass}{dashed}"><path d="{path.ToString()}"/>{marks}</g>""");
    }

    /// <summary>For every epoch, where it is, and what the curves are there.</summary>
    private Html Hover(Frame frame, ImmutableArray<Series> drawn)
    {
        double[] places = [.. drawn.SelectMany(static series => series.Points).Select(static point => point.X).Distinct().Order()];
        var data = new HoverData(
            [.. places.Select(place => Math.Round(frame.Column(place), 2))],
            [.. places.Select(static place => string.Create(CultureInfo.InvariantCulture, $"epoch {place:0}"))],
            Frame.Top,
            Frame.Bottom,
            [.. drawn.Select(series => Hover(frame, series, places))]);
        return Html.Of($"""<script type="application/json">{Html.Trusted(JsonSerializer.Serialize(data, Json))}</script>""");
    }

    private HoverSeries Hover(Frame frame, Series series, double[] places)
    {
        Dictionary<double, double> values = series.Points.ToDictionary(static point => point.X, static point => point.Y);
        return new(
            series.Name,
            series.ColourClass,
            [.. places.Select(place => values.TryGetValue(place, out double value) ? Math.Round(frame.Row(value), 2) : (double?)null)],
            [.. places.Select(place => values.TryGetValue(place, out double value) ? Values.Text(value) : null)]);
    }

    private sealed record HoverData(double[] Columns, string[] Labels, double Top, double Bottom, HoverSeries[] Series);

    private sealed record HoverSeries(string Name, string Colour, double?[] Rows, string?[] Texts);
}
