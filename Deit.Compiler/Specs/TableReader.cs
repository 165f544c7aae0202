using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>What reading a table gave: its values, where they are written, and what is wrong with them.</summary>
/// <param name="Table">The values that are right.</param>
/// <param name="Places">Where they are written.</param>
/// <param name="Findings">What is wrong; empty where the table can be used.</param>
public sealed record TableReading(SpecTable Table, PlaceMap Places, EquatableArray<Finding> Findings);

/// <summary>Reads raw values against a schema, whichever front end they come from.</summary>
internal sealed class TableReader
{
    private readonly List<SpecEntry> _entries = [];
    private readonly List<SpecFinding> _findings = [];
    private readonly string _root;

    private TableReader(string root) => _root = root;

    /// <summary>Reads a whole declaration.</summary>
    /// <param name="root">The values.</param>
    /// <param name="places">Where they are written; its declaration is blamed for what is missing.</param>
    /// <param name="schema">The keys that are accepted.</param>
    public static TableReading Read(RawTable root, PlaceMap places, Schema schema)
    {
        (SpecTable table, IReadOnlyList<SpecFinding> findings) = Read(root, schema);
        return new(table, places, new(findings.Select(finding => finding.At(places))));
    }

    /// <summary>Reads a table that is part of a declaration.</summary>
    /// <param name="table">The values.</param>
    /// <param name="schema">The keys that are accepted.</param>
    /// <param name="root">The table's path in the declaration.</param>
    public static (SpecTable Table, IReadOnlyList<SpecFinding> Findings) Read(RawTable table, Schema schema, string root = "")
    {
        var reader = new TableReader(root);
        reader.ReadTable(table, schema, "");
        return (SpecTable.Create(schema, reader._entries), reader._findings);
    }

    private void ReadTable(RawTable table, Schema schema, string prefix)
    {
        foreach (RawEntry entry in table.Entries)
        {
            string path = prefix + entry.Key;
            if (schema.Find(entry.Key) is { } key)
            {
                ReadValue(key, path, entry.Value);
            }
            else
            {
                string suggestion = Suggestions.Sentence(entry.Key, schema.Keys.Select(static k => k.Name));
                Report(Rules.UnknownKey, path, $"'{path}' is not a key of {schema.Title}. {suggestion}", atKey: true);
            }
        }

        foreach (Key key in schema.Keys.Where(key => key.Required && table.Find(key.Name) is null))
        {
            Report(Rules.MissingKey, prefix.TrimEnd('.'), $"'{{{prefix}{key.Name}}}' is missing: {key.Description}", atKey: true);
        }
    }

    private void ReadValue(Key key, string path, RawValue value)
    {
        if (key.Table is { } schema)
        {
            if (value is RawTable table) ReadTable(table, schema, path + ".");
            else Report(Rules.WrongType, path, $"{{{path}}}: expected a table of keys, found {value.Show()}");
        }
        else if (!Values.TryConvert(key, value, out object converted))
        {
            Report(Rules.WrongType, path, $"{{{path}}}: expected {Values.Name(key)}, found {value.Show()}");
        }
        else if (Values.Refuse(key, converted) is { } reason)
        {
            Report(Rules.ValueNotAccepted, path, $"{{{path}}}: {reason}");
        }
        else
        {
            _entries.Add(new(path, converted));
        }
    }

    private void Report(Rule rule, string path, string message, bool atKey = false) =>
        _findings.Add(new(rule, Graphs.Block.Join(_root, path), message) { AtKey = atKey });
}
