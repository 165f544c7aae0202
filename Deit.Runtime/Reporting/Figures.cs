using System.Collections.Immutable;
using System.Globalization;

namespace Deit.Reporting;

/// <summary>Numbers as a report writes them.</summary>
internal static class Figures
{
    private const string None = "–";

    /// <summary>A fraction in per cent: 98.61 %.</summary>
    public static string Percent(double? fraction) => fraction is { } value ? Text($"{value * 100:0.00} %") : None;

    /// <summary>A fraction in whole per cent: 99 %.</summary>
    public static string WholePercent(double fraction) => Text($"{fraction * 100:0} %");

    /// <summary>A difference of fractions in points of per cent: +1.25, -0.40.</summary>
    public static string Points(double? difference) => difference is { } value ? Text($"{value * 100:+0.00;-0.00;0.00}") : None;

    /// <summary>A relative change: +12.0 %, -3.5 %.</summary>
    public static string Change(double? change) => change is { } value ? Text($"{value * 100:+0.0;-0.0;0.0} %") : None;

    /// <summary>A count: 1,234,567.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A number of three digits and a unit of a thousand: 5.91 M.</summary>
    public static string Short(double value) => value switch
    {
        >= 1e9 => Text($"{value / 1e9:0.00} G"),
        >= 1e6 => Text($"{value / 1e6:0.00} M"),
        >= 1e3 => Text($"{value / 1e3:0.0} k"),
        _ => Text($"{value:0.##}"),
    };

    /// <summary>A loss: 0.1234.</summary>
    public static string Loss(double value) => Text($"{value:0.0000}");

    /// <summary>A learning rate: 0.001, 5e-06.</summary>
    public static string LearningRate(double value) => Text($"{value:G3}").Replace("E-0", "e-", StringComparison.Ordinal).Replace("E-", "e-", StringComparison.Ordinal);

    /// <summary>Images a second: 1,234 or 32.1.</summary>
    public static string Rate(double value) => value switch
    {
        >= 100 => Text($"{value:#,0}"),
        >= 10 => Text($"{value:0.0}"),
        _ => Text($"{value:0.00}"),
    };

    /// <summary>A duration: 1 h 02 min, 2 min 03 s, 9.4 s.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        >= 3600 => Text($"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min"),
        >= 60 => Text($"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):00} s"),
        _ => Text($"{seconds:0.0} s"),
    };

    /// <summary>A shape: 3×224×224.</summary>
    public static string Shape(ImmutableArray<int> shape) => string.Join("×", shape.Select(static extent => extent.ToString(CultureInfo.InvariantCulture)));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
