using System.Collections.Generic;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Deit.Compiler.Specs;

/// <summary>Amounts of memory as people write them: <c>6 GiB</c>, <c>512 MB</c>, <c>4096</c>.</summary>
internal static class ByteSize
{
    private static readonly Regex Form = new(@"^\s*(\d{1,15}(?:\.\d{1,6})?)\s*([KMGT]?i?B)?\s*$", RegexOptions.CultureInvariant);

    private static readonly Dictionary<string, double> Units = new()
    {
        ["B"] = 1,
        ["KB"] = 1e3,
        ["MB"] = 1e6,
        ["GB"] = 1e9,
        ["TB"] = 1e12,
        ["KiB"] = 1L << 10,
        ["MiB"] = 1L << 20,
        ["GiB"] = 1L << 30,
        ["TiB"] = 1L << 40,
    };

    /// <summary>The number of bytes, at least 1; null where the text is no such amount.</summary>
    public static long? Parse(string text)
    {
        Match match = Form.Match(text);
        string unit = match.Groups[2].Length == 0 ? "B" : match.Groups[2].Value;
        if (!match.Success || !Units.TryGetValue(unit, out double factor)) return null;
        double bytes = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * factor;
        return bytes is >= 1 and < 1e18 ? (long)bytes : null;
    }

    /// <summary>An amount with three digits: <c>5.91 GiB</c>.</summary>
    public static string Text(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double amount = bytes;
        int unit = 0;
        for (; amount >= 1024 && unit < units.Length - 1; unit++) amount /= 1024;
        return $"{amount.ToString(unit == 0 ? "0" : "0.##", CultureInfo.InvariantCulture)} {units[unit]}";
    }
}
