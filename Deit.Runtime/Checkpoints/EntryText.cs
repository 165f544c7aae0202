using System.Globalization;

namespace Deit.Checkpoints;

/// <summary>Names and shapes of checkpoint entries as error messages show them: on one line, however hostile the file.</summary>
internal static class EntryText
{
    private const int LongestName = 100;
    private const int MostDimensions = 8;

    /// <summary>The name in quotes, without control characters, shortened where it is very long.</summary>
    public static string Quote(string name) => $"'{Plain(name)}'";

    /// <summary>The same without the quotes.</summary>
    public static string Plain(string name)
    {
        string shown = name.Length > LongestName ? name[..LongestName] + "..." : name;
        return string.Concat(shown.Select(static c => char.IsControl(c) ? '?' : c));
    }

    /// <summary>The shape as PyTorch writes it: <c>(2, 3)</c>, <c>(5,)</c>, <c>()</c>.</summary>
    public static string Shape(ReadOnlySpan<long> shape)
    {
        if (shape.Length == 1) return string.Create(CultureInfo.InvariantCulture, $"({shape[0]},)");
        IEnumerable<string> extents = shape[..Math.Min(shape.Length, MostDimensions)].ToArray()
            .Select(static extent => extent.ToString(CultureInfo.InvariantCulture));
        return $"({string.Join(", ", extents)}{(shape.Length > MostDimensions ? ", ..." : "")})";
    }
}
