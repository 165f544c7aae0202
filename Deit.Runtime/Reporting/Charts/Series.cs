using System.Collections.Immutable;

namespace Deit.Reporting.Charts;

/// <summary>A point of a chart.</summary>
/// <param name="X">Its place along the horizontal axis.</param>
/// <param name="Y">Its place along the vertical one.</param>
/// <param name="Label">What to call it; null for a point of a curve.</param>
internal readonly record struct DataPoint(double X, double Y, string? Label = null)
{
    /// <summary>The least of the values that <see cref="Y"/> is the mean of; null where it is one.</summary>
    public double? Low { get; init; }

    /// <summary>The greatest of them.</summary>
    public double? High { get; init; }

    /// <summary>Whether there is a spread to be drawn.</summary>
    public bool HasSpread => High > Low;
}

/// <summary>Points of a chart that belong together.</summary>
/// <param name="Name">What the legend calls them.</param>
/// <param name="Colour">Which of the page's colours they have, from 0.</param>
/// <param name="Points">The points, by their places along the horizontal axis.</param>
internal sealed record Series(string Name, int Colour, ImmutableArray<DataPoint> Points)
{
    /// <summary>The colours that the page's style sheet has.</summary>
    public const int Colours = 8;

    /// <summary>Whether the curve is dashed: it is there to be compared with.</summary>
    public bool IsDashed { get; init; }

    /// <summary>The class that gives its colour.</summary>
    public string ColourClass => FormattableString.Invariant($"s{Colour % Colours}");
}

/// <summary>How a chart writes its values.</summary>
/// <param name="Text">A value with all its digits and its unit.</param>
/// <param name="Scale">What the numbers of the axis are multiplied by.</param>
/// <param name="Unit">What is written behind the numbers of the axis.</param>
internal sealed record ValueText(Func<double, string> Text, double Scale = 1, string Unit = "")
{
    /// <summary>Fractions in per cent.</summary>
    public static ValueText Percent { get; } = new(static value => Figures.Percent(value), 100, " %");

    /// <summary>Losses.</summary>
    public static ValueText Loss { get; } = new(Figures.Loss);

    /// <summary>Learning rates.</summary>
    public static ValueText LearningRate { get; } = new(Figures.LearningRate);

    /// <summary>Durations, the axis in seconds.</summary>
    public static ValueText Seconds { get; } = new(Figures.Duration);

    /// <summary>Images a second.</summary>
    public static ValueText Rate { get; } = new(static value => $"{Figures.Rate(value)} images/s");
}
