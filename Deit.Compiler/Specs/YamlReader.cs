using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Deit.Compiler.Specs;

/// <summary>
/// Reads a file's values and where they are written, straight from the parser's events. What a few characters can ask for is
/// bounded: nesting, which would exhaust the stack, and values, which aliases can multiply without end.
/// </summary>
/// <param name="file">The path of the file.</param>
/// <param name="text">Its text.</param>
internal sealed class YamlReader(string file, string text)
{
    private const int LongestText = 1_000_000;
    private const int DeepestNesting = 32;
    private const int MostValues = 20_000;

    private readonly YamlEvents _events = new(text);
    private readonly TextLines _lines = new(text);
    private readonly List<KeyPlace> _places = [];
    private readonly List<Finding> _findings = [];
    private readonly Dictionary<AnchorName, Anchored> _anchors = [];
    private int _values;

    // The end of the last value: a block has no closing bracket, it ends where its last value does.
    private int _end;

    /// <summary>Reads the file.</summary>
    public YamlFile Read()
    {
        try
        {
            RawTable table = ReadDocument();
            return new(_findings.Count > 0 ? null : table, new(Dialect.Yaml, Place.StartOf(file), new(_places)), new(_findings));
        }
        catch (UnreadableYamlException exception)
        {
            Report(PlaceOf(exception.Start, exception.End), exception.Message, "as YAML");
            return new(null, new(Dialect.Yaml, Place.StartOf(file), default), new(_findings.Skip(_findings.Count - 1)));
        }
    }

    private RawTable ReadDocument()
    {
        if (text.Length > LongestText) throw new UnreadableYamlException(0, 0, $"the file has more than {Spelling.Grouped(LongestText)} characters");
        _events.Next();
        _events.Next();
        if (_events.Current is StreamEnd) throw new UnreadableYamlException(0, 0, "the file is empty; it must declare something");
        _events.Next();
        int start = _events.Start;
        RawValue root = ReadValue("", 0).Value;
        if (root is not RawTable table) throw new UnreadableYamlException(start, _end, "expected 'key: value' lines");

        _events.Next();
        if (_events.Current is StreamEnd) return table;
        _events.Next();
        throw new UnreadableYamlException(_events.Start, _events.End, "a second document begins here; a file holds one");
    }

    /// <summary>Reads the value that begins with the current event, and goes on to the event after it.</summary>
    private Anchored ReadValue(string path, int depth)
    {
        ParsingEvent first = _events.Current;
        if (++_values > MostValues) throw TooMany();
        if (depth > DeepestNesting) throw TooDeep();
        int before = _values;
        switch (first)
        {
            case AnchorAlias alias:
                return Repeat(alias, depth);
            case Scalar scalar:
                _end = _events.End;
                _events.Next();
                return Remember(scalar, new(new RawScalar(scalar.Value, scalar.Style == ScalarStyle.Plain), 1, 0));
            case SequenceStart list:
                (EquatableArray<RawValue> items, int itemHeight) = ReadItems(path, depth);
                return Remember(list, new(new RawList(items), _values - before + 1, itemHeight));
            default:
                (EquatableArray<RawEntry> entries, int entryHeight) = ReadEntries(path, depth);
                return Remember((NodeEvent)first, new(new RawTable(entries), _values - before + 1, entryHeight));
        }
    }

    /// <summary>Reads a value and notes its place, before those of its parts; an item has no key but itself.</summary>
    private Anchored ReadPlaced(string path, Place? key, int depth)
    {
        int index = _places.Count;
        int start = _events.Start;
        _places.Add(new(path, default, default));
        Anchored value = ReadValue(path, depth);
        Place place = PlaceOf(start, _end);
        _places[index] = new(path, key ?? place, place);
        return value;
    }

    private (EquatableArray<RawValue> Items, int Height) ReadItems(string path, int depth)
    {
        var items = new List<RawValue>();
        int height = 0;
        for (_events.Next(); _events.Current is not SequenceEnd;)
        {
            string itemPath = $"{path}.{items.Count.ToString(CultureInfo.InvariantCulture)}";
            Anchored item = ReadPlaced(itemPath, null, depth + 1);
            items.Add(item.Value);
            height = Math.Max(height, item.Height + 1);
        }

        Close(']');
        return (new(items), height);
    }

    private (EquatableArray<RawEntry> Entries, int Height) ReadEntries(string path, int depth)
    {
        var entries = new List<RawEntry>();
        var keys = new HashSet<string>();
        int height = 0;
        for (_events.Next(); _events.Current is not MappingEnd;)
        {
            Place place = PlaceOf(_events.Start, _events.End);
            string? key = (_events.Current as Scalar)?.Value;
            if (string.IsNullOrEmpty(key)) Report(place, "a key must be a text");
            else if (key == "<<") Report(place, "merge keys ('<<') are not supported; write the keys out");
            else if (!keys.Add(key!)) Report(place, $"Duplicate key '{Spelling.Excerpt(key!)}'; state it once");
            ReadValue("", depth + 1);

            string keyPath = path.Length == 0 ? key! : $"{path}.{key}";
            Anchored value = ReadPlaced(keyPath, place, depth + 1);
            entries.Add(new(key ?? "", value.Value));
            height = Math.Max(height, value.Height + 1);
        }

        Close('}');
        return (new(entries), height);
    }

    /// <summary>An alias stands for all that its anchor does. Its parts are written elsewhere: to be blamed, there is the alias.</summary>
    private Anchored Repeat(AnchorAlias alias, int depth)
    {
        if (!_anchors.TryGetValue(alias.Value, out Anchored? anchored)) throw new UnreadableYamlException(_events.Start, _events.End, $"nothing before this is marked '&{alias.Value}'");
        _values += anchored.Size;
        if (_values > MostValues) throw TooMany();
        if (depth + anchored.Height > DeepestNesting) throw TooDeep();
        _end = _events.End;
        _events.Next();
        return anchored;
    }

    private Anchored Remember(NodeEvent node, Anchored value)
    {
        if (!node.Anchor.IsEmpty) _anchors[node.Anchor] = value;
        return value;
    }

    /// <summary>Ends a list or a table after its bracket, where it has one: the parser marks where that begins.</summary>
    private void Close(char bracket)
    {
        if (_events.Start < text.Length && text[_events.Start] == bracket) _end = _events.Start + 1;
        _events.Next();
    }

    private UnreadableYamlException TooMany() => new(_events.Start, _events.End, $"there are more than {Spelling.Grouped(MostValues)} values, those that aliases repeat included");

    private UnreadableYamlException TooDeep() => new(_events.Start, _events.End, $"values are nested more than {DeepestNesting} deep here");

    private void Report(Place place, string reason, string what = "") => _findings.Add(new(Rules.UnreadableYaml, place, $"The file cannot be read{(what.Length > 0 ? " " : "")}{what}: {reason}"));

    private Place PlaceOf(int start, int end)
    {
        int last = Math.Max(start, end);
        (int startLine, int startColumn) = _lines.Of(start);
        (int endLine, int endColumn) = _lines.Of(last);
        return new(file, start, last - start, startLine, startColumn, endLine, endColumn);
    }

    /// <summary>A value that an alias may repeat.</summary>
    /// <param name="Value">The value.</param>
    /// <param name="Size">How many values it is made of, itself included.</param>
    /// <param name="Height">How deep they are nested.</param>
    private sealed record Anchored(RawValue Value, int Size, int Height);
}
