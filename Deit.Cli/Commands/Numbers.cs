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

    /// <summary>Bytes and a unit: 22.8 MB.</summary>
    public static string Bytes(long value) => value switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.00} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.0} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value} B"),
    };

    /// <summary>A duration: 1:02:03, 2:03.</summary>
    public static string Time(TimeSpan time) => time.TotalHours >= 1
        ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
        : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);

    /// <summary>A number with so many digits after the point.</summary>
    public static string Fixed(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    /// <summary>A fraction in per cent, or a dash.</summary>
    public static string Percent(double? fraction) => fraction is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.00} %") : "–";
}
