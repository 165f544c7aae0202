using System.Collections.Immutable;
using System.Globalization;

namespace Deit.Cli.Commands;

/// <summary>Numbers as people read them.</summary>
internal static class Numbers
{
    /// <summary>1234567 as 1,234,567; nothing where there is nothing to count.</summary>
    public static string Grouped(long value) => value == 0 ? "" : value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Three or four digits and a unit: 5.91 M, 1.26 G.</summary>
    public static string Short(long value) => value switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.00} G"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.00} M"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.0} k"),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A shape: 3×224×224.</summary>
    public static string Shape(ImmutableArray<int> shape) => string.Join("×", shape.Select(static extent => extent.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A fraction in per cent, or a dash.</summary>
    public static string Percent(double? fraction) => fraction is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.00} %") : "–";
}
