using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deit.Compiler;
using Deit.Compiler.Specs;

namespace Deit.Training;

/// <summary>Writes the table of a recipe as YAML.</summary>
internal static partial class RecipeYaml
{
    /// <summary>The stated keys in the order of the schema, a table a block.</summary>
    public static string Write(SpecTable table)
    {
        var text = new StringBuilder();
        string openTable = "";
        foreach (SpecEntry entry in table.Entries)
        {
            // No recipe nests deeper than a table in the root.
            int dot = entry.Path.IndexOf('.', StringComparison.Ordinal);
            string tableName = dot < 0 ? "" : entry.Path[..dot];
            if (tableName != openTable && tableName.Length > 0) text.Append('\n').Append(tableName).Append(":\n");
            openTable = tableName;
            text.Append(dot < 0 ? "" : "  ").Append(entry.Path.AsSpan(dot + 1)).Append(": ").Append(Scalar(entry.Value)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A value as it is written in the file and named in messages.</summary>
    public static string Scalar(object value) => value switch
    {
        string text => PlainText().IsMatch(text) && !ReadsAsOtherType(text) ? text : Quoted(text),
        bool truth => truth ? "true" : "false",
        double number => Spelling.Number(number),
        EquatableArray<long> list => $"[{string.Join(", ", list.Select(static item => Scalar(item)))}]",
        EquatableArray<string> list => $"[{string.Join(", ", list.Select(Scalar))}]",
        EquatableArray<double> list => $"[{string.Join(", ", list.Select(Spelling.Number))}]",
        _ => string.Format(CultureInfo.InvariantCulture, "{0}", value),
    };

    // The escapes of JSON are among those of YAML's double quotes.
    private static string Quoted(string text) =>
        $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static bool ReadsAsOtherType(string text) =>
        text.ToUpperInvariant() is "TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_./-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainText();
}
