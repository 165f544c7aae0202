using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Deit.Reporting;
using Deit.Reporting.Charts;

namespace Deit.Tests.Reporting;

public sealed partial class ChartTests
{
    [Theory]
    [InlineData(new[] { 0.13, 0.97 }, 100, "0,20,40,60,80,100")]
    [InlineData(new[] { 0.9812, 0.9871 }, 100, "98.0,98.2,98.4,98.6,98.8")]
    [InlineData(new[] { 0.0, 2.3 }, 1, "0,0.5,1.0,1.5,2.0,2.5")]
    [InlineData(new[] { 1e-6, 5e-4 }, 1, "0,1e-4,2e-4,3e-4,4e-4,5e-4")]
    [InlineData(new[] { 1200.0, 11_000 }, 1, "0,2,000,4,000,6,000,8,000,10,000,12,000")]
    [InlineData(new[] { 0.5, 0.5 }, 1, "0.44,0.46,0.48,0.50,0.52,0.54,0.56")]
    public void Ticks_are_round_numbers_around_the_values(double[] values, double scale, string ticks)
    {
        Axis axis = Axis.Linear(values);

        Assert.Equal(ticks, string.Join(',', axis.Ticks.Select(tick => axis.Text(tick, scale))));
        Assert.All(values, value => Assert.InRange(axis.Place(value), 0, 1));
    }

    [Theory]
    [InlineData(1, 1, "1")]
    [InlineData(1, 3, "1,2,3")]
    [InlineData(1, 85, "20,40,60,80")]
    [InlineData(3, 300, "100,200,300")]
    public void Epochs_are_whole_numbers(double first, double last, string ticks)
    {
        Axis axis = Axis.Whole([first, last]);

        Assert.Equal(ticks, string.Join(',', axis.Ticks.Select(tick => axis.Text(tick))));
    }

    [Fact]
    public void On_a_logarithmic_axis_equal_ratios_are_equally_far_apart()
    {
        Axis axis = Axis.Logarithmic([30, 3000]);

        Assert.Equal([50, 100, 200, 500, 1000, 2000], axis.Ticks.AsEnumerable());
        Assert.Equal(axis.Place(400) - axis.Place(200), axis.Place(1000) - axis.Place(500), 1e-12);
    }

    [Fact]
    public void A_short_logarithmic_axis_has_more_of_the_round_numbers()
    {
        Assert.Equal([5000, 7000, 10_000], Axis.Logarithmic([5200, 9000]).Ticks.Select(static tick => Math.Round(tick, 6)));
        Assert.Equal([0.2, 0.3, 0.4], Axis.Logarithmic([0.2, 0.4]).Ticks.Select(static tick => Math.Round(tick, 6)));
    }

    [Fact]
    public void A_curve_is_drawn_where_its_values_are()
    {
        var chart = new LineChart("Loss", [new("training", 1, [new(1, 2.5), new(2, 0), new(3, 1.25)])], ValueText.Loss);

        XElement svg = Svg(chart.Draw());

        // The plot is 54 to 466 wide and 10 to 224 high.
        Assert.Equal("M54 10L260 224L466 117", svg.Descendants("path").Single().Attribute("d")!.Value);
        Assert.Equal("s1", svg.Descendants("path").Single().Parent!.Attribute("class")!.Value.Split(' ')[1]);
        Assert.Contains("training: from 2.5000 to 1.2500.", svg.Attribute("aria-label")!.Value);
    }

    [Fact]
    public void Under_the_pointer_are_the_values_of_every_curve_that_has_one()
    {
        var chart = new LineChart("Accuracy", [new("a <b>", 0, [new(1, 0.5), new(2, 0.75)]), new("teacher", 7, [new(2, 1)])], ValueText.Percent);

        string html = chart.Draw().ToString();

        using JsonDocument data = JsonDocument.Parse(ScriptPattern().Match(html).Groups[1].Value);
        JsonElement series = data.RootElement.GetProperty("series");
        Assert.Equal(["epoch 1", "epoch 2"], data.RootElement.GetProperty("labels").EnumerateArray().Select(static label => label.GetString()));
        Assert.Equal("a <b>", series[0].GetProperty("name").GetString());
        Assert.Equal(["50.00 %", "75.00 %"], series[0].GetProperty("texts").EnumerateArray().Select(static text => text.GetString()));
        Assert.Equal([null, "100.00 %"], series[1].GetProperty("texts").EnumerateArray().Select(static text => text.GetString()));
        Assert.Contains("</i>a &lt;b&gt; <b>75.00 %</b>", html);
    }

    [Fact]
    public void Without_a_point_there_is_no_chart()
    {
        Assert.Empty(new LineChart("Loss", [new("training", 1, [])], ValueText.Loss).Draw().ToString());
        Assert.Empty(new ScatterChart("Models", "images/s", [], ValueText.Rate, ValueText.Percent).Draw().ToString());
    }

    [Fact]
    public void Points_far_apart_are_placed_by_their_ratio()
    {
        var chart = new ScatterChart(
            "Models", "images/s", [new("family", 0, [new(10, 0.7, "small"), new(100, 0.8, "middle"), new(1000, 0.9, "large")])], ValueText.Rate, ValueText.Percent);

        double[] columns = [.. Svg(chart.Draw()).Descendants("circle").Select(static circle => (double)circle.Attribute("cx")!)];

        Assert.Equal(columns[1] - columns[0], columns[2] - columns[1], 0.02);
    }

    [Fact]
    public void A_confusion_matrix_tells_what_was_taken_for_what()
    {
        var confusion = new ConfusionMatrix(3);
        foreach ((int actual, int predicted) in ((int, int)[])[(0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (1, 0)]) confusion.Add(actual, predicted);

        XElement svg = Svg(new HeatMap(confusion, ["cat", "<dog>", "an unusually long name of a class"]).Draw());

        Assert.Equal([new(1, 0, 2), new(0, 1, 1)], confusion.Mistakes());
        Assert.Equal((2, 3, 2.0 / 3, 0), (confusion[0, 0], confusion.Images(0), confusion.Share(0, 0), confusion.Share(2, 2)));
        Assert.Equal(9, svg.Descendants("rect").Count());
        Assert.Equal(
            ["cat recognised: 2 of 3 (66.67 %)", "cat taken for <dog>: 1 of 3 (33.33 %)", "<dog> taken for cat: 2 of 3 (66.67 %)", "<dog> recognised: 1 of 3 (33.33 %)"],
            svg.Descendants("title").Select(static title => title.Value));
        Assert.Contains("an unusually lo…", svg.Descendants("text").Select(static text => text.Value));
    }

    [Fact]
    public void Text_is_escaped_and_markup_is_not()
    {
        Html inner = Html.Of($"<b>{"a & b"}</b>");

        Assert.Equal("<p title=\"&quot;x&quot;\"><b>a &amp; b</b>&lt;i&gt; 1 0.33 größer</p>", Html.Of($"<p title=\"{"\"x\""}\">{inner}{"<i>"} {1} {1 / 3.0} {"größer"}</p>").ToString());
    }

    /// <summary>The drawing of a chart, which must be well-formed.</summary>
    private static XElement Svg(Html chart) => XElement.Parse(SvgPattern().Match(chart.ToString()).Value);

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex SvgPattern();

    [GeneratedRegex("<script type=\"application/json\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex ScriptPattern();
}
