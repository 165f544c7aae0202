using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deit.Benchmarks;

/// <summary>Writes results: a table for people, JSON for programs.</summary>
/// <param name="writer">Where to.</param>
/// <param name="error">Where what is left out is said.</param>
/// <param name="json">Whether to write JSON.</param>
internal sealed class Output(TextWriter writer, TextWriter error, bool json)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the results of a benchmark.</summary>
    /// <param name="title">What was measured and how to read it.</param>
    /// <param name="rows">The results.</param>
    /// <param name="columns">How the table shows them; the first column is text, set left, the others right.</param>
    public void Write<TRow>(string title, IReadOnlyList<TRow> rows, params IReadOnlyList<Column<TRow>> columns)
    {
        if (json) WriteJson(new { title, machine = Machine.Current, rows });
        else WriteTable(title, rows, columns);
    }

    /// <summary>Writes results of which JSON is to have the rows and nothing else.</summary>
    /// <inheritdoc cref="Write"/>
    public void WriteRows<TRow>(string title, IReadOnlyList<TRow> rows, params IReadOnlyList<Column<TRow>> columns)
    {
        if (json) WriteJson(rows);
        else WriteTable(title, rows, columns);
    }

    /// <summary>Writes a line as it is.</summary>
    public void WriteLine(string line) => writer.WriteLine(line);

    /// <summary>Says what is left out.</summary>
    public void Warn(string line) => error.WriteLine(line);

    private void WriteJson<T>(T value) => writer.WriteLine(JsonSerializer.Serialize(value, Json));

    private void WriteTable<TRow>(string title, IReadOnlyList<TRow> rows, IReadOnlyList<Column<TRow>> columns)
    {
        string[][] lines = [[.. columns.Select(static column => column.Header)], .. rows.Select(row => columns.Select(column => column.Cell(row)).ToArray())];
        int[] widths = [.. columns.Select((_, column) => lines.Max(line => line[column].Length))];
        writer.WriteLine(title);
        writer.WriteLine(Machine.Current);
        writer.WriteLine();
        foreach (string[] line in lines)
        {
            writer.WriteLine(string.Join("  ", line.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
        }
    }
}

/// <summary>A column of a table.</summary>
/// <param name="Header">Its head.</param>
/// <param name="Cell">What it shows of a row.</param>
internal sealed record Column<TRow>(string Header, Func<TRow, string> Cell)
{
    /// <summary>A column of numbers.</summary>
    public Column(string header, string format, Func<TRow, double> number)
        : this(header, row => number(row).ToString(format, CultureInfo.InvariantCulture))
    {
    }
}
