namespace Deit.Reporting.Charts;

/// <summary>What every chart has: its size, the grid with its numbers, a title, a legend.</summary>
/// <param name="Horizontal">The horizontal axis.</param>
/// <param name="Vertical">The vertical axis.</param>
internal sealed record Frame(Axis Horizontal, Axis Vertical)
{
    /// <summary>Width of a chart in its own units, which are scaled to the page.</summary>
    public const double Width = 480;

    /// <summary>Height of a chart in its own units.</summary>
    public const double Height = 264;

    /// <summary>Where the plot begins.</summary>
    public const double Left = 54;

    /// <summary>Where the plot ends.</summary>
    public const double Right = Width - 14;

    /// <summary>The upper end of the plot.</summary>
    public const double Top = 10;

    /// <summary>The lower end of the plot.</summary>
    public const double Bottom = Height - 40;

    /// <summary>The column of a value.</summary>
    public double Column(double value) => Left + ((Right - Left) * Horizontal.Place(value));

    /// <summary>The row of a value.</summary>
    public double Row(double value) => Bottom - ((Bottom - Top) * Vertical.Place(value));

    /// <summary>Lines and numbers of both axes.</summary>
    /// <param name="horizontalName">What is written along the horizontal axis.</param>
    /// <param name="values">How the numbers of the vertical axis are written.</param>
    public Html Grid(string horizontalName, ValueText values) => Html.Of($"""
        <g class="grid">{Vertical.Ticks.Select(tick => Html.Of($"""<line x1="{Left}" x2="{Right}" y1="{Row(tick)}" y2="{Row(tick)}"/>"""))}</g>
        <line class="base" x1="{Left}" x2="{Right}" y1="{Bottom}" y2="{Bottom}"/>
        <g class="ticks">{Vertical.Ticks.Select(tick => Html.Of($"""<text x="{Left - 8}" y="{Row(tick) + 4}" text-anchor="end">{Vertical.Text(tick, values.Scale)}{values.Unit}</text>"""))}
        {Horizontal.Ticks.Select(tick => Html.Of($"""<line x1="{Column(tick)}" x2="{Column(tick)}" y1="{Bottom}" y2="{Bottom + 4}"/><text x="{Column(tick)}" y="{Bottom + 17}" text-anchor="middle">{Horizontal.Text(tick)}</text>"""))}
        <text class="name" x="{(Left + Right) / 2}" y="{Height - 5}" text-anchor="middle">{horizontalName}</text></g>
        """);

    /// <summary>A chart with its title and legend.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="legend">A name and a colour for all that is drawn.</param>
    /// <param name="drawing">The SVG elements.</param>
    /// <param name="description">The same in words, for who does not see it.</param>
    /// <param name="hover">What the page's script needs to tell values under the pointer; empty where titles do.</param>
    public static Html Figure(string title, IEnumerable<Html> legend, Html drawing, string description, Html hover) => Html.Of($"""
        <figure class="chart">
        <figcaption>{title}</figcaption>
        <ul class="legend">{legend}</ul>
        <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{description}">
        {drawing}
        </svg>
        {hover}
        </figure>
        """);

    /// <summary>An entry of a legend.</summary>
    /// <param name="series">What it names.</param>
    /// <param name="value">A number beside the name; null for none.</param>
    public static Html LegendEntry(Series series, string? value)
    {
        Html number = value is null ? Html.Empty : Html.Of($" <b>{value}</b>");
        string dash = series.IsDashed ? " dashed" : "";
        return Html.Of($"""<li><i class="{series.ColourClass}{dash}"></i>{series.Name}{number}</li>""");
    }
}
