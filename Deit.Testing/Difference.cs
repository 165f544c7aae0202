using System.Globalization;
using System.Text;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Deit.Testing;

/// <summary>The lines in which two texts differ, to be read in a test's message.</summary>
internal static class Difference
{
    private const int LinesOfContext = 2;

    // More is not read in a message; the files beside the test are compared instead.
    private const int MostLines = 120;

    /// <summary>
    /// The lines that were removed (<c>-</c>) and added (<c>+</c>) with two lines around them, every stretch headed by the number
    /// of its first line in <paramref name="generated"/>.
    /// </summary>
    public static string Between(string approved, string generated)
    {
        List<DiffPiece> lines = InlineDiffBuilder.Diff(approved, generated, ignoreWhiteSpace: false).Lines;
        HashSet<int> shown = [.. lines.SelectMany(static (line, index) => line.Type == ChangeType.Unchanged
            ? []
            : Enumerable.Range(index - LinesOfContext, (2 * LinesOfContext) + 1))];
        shown.RemoveWhere(index => index < 0 || index >= lines.Count);

        var text = new StringBuilder();
        int lineInGenerated = 1;
        int written = 0;
        for (int index = 0; index < lines.Count && written < MostLines; index++)
        {
            if (shown.Contains(index))
            {
                if (!shown.Contains(index - 1)) text.Append(CultureInfo.InvariantCulture, $"line {lineInGenerated}:\n");
                text.Append(Mark(lines[index].Type)).Append(' ').Append(lines[index].Text).Append('\n');
                written++;
            }

            if (lines[index].Type != ChangeType.Deleted) lineInGenerated++;
        }

        if (shown.Count > written) text.Append(CultureInfo.InvariantCulture, $"and {shown.Count - written} lines more.\n");
        return text.ToString();
    }

    private static char Mark(ChangeType type) => type switch
    {
        ChangeType.Inserted => '+',
        ChangeType.Deleted => '-',
        _ => ' ',
    };
}
