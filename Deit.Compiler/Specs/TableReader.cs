using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;
using YamlDotNet.RepresentationModel;

namespace Deit.Compiler.Specs;

/// <summary>What reading a table gave: its values, where they are written, and what is wrong with them.</summary>
/// <param name="Table">The values that are right.</param>
/// <param name="Places">Where they are written.</param>
/// <param name="Findings">What is wrong; empty where the table can be used.</param>
public sealed record TableReading(SpecTable Table, PlaceMap Places, EquatableArray<Finding> Findings);

/// <summary>Reads a YAML mapping against a schema.</summary>
internal sealed class TableReader
{
    private readonly YamlFile _file;
    private readonly Schema _schema;
    private readonly List<SpecEntry> _entries = [];
    private readonly List<KeyPlace> _places = [];
    private readonly List<Finding> _findings = [];

    private TableReader(YamlFile file, Schema schema)
    {
        _file = file;
        _schema = schema;
    }

    /// <summary>Reads the root of a file; the declaration's place is the value of <paramref name="titleKey"/>, or the file's first key.</summary>
    public static TableReading Read(YamlFile file, YamlMappingNode root, Schema schema, string titleKey)
    {
        var reader = new TableReader(file, schema);
        YamlNode title = root.Children.TryGetValue(new YamlScalarNode(titleKey), out YamlNode? value) ? value : root.Children.Keys.FirstOrDefault() ?? root;
        Place declaration = file.PlaceOf(title);
        reader.ReadTable(root, schema, "", declaration);
        return new(
            SpecTable.Create(schema, reader._entries),
            new(Dialect.Yaml, declaration, new(reader._places)),
            new(reader._findings));
    }

    private void ReadTable(YamlMappingNode mapping, Schema schema, string prefix, Place title)
    {
        foreach (KeyValuePair<YamlNode, YamlNode> pair in mapping.Children)
        {
            Place place = _file.PlaceOf(pair.Key);
            string name = (pair.Key as YamlScalarNode)?.Value ?? "";
            if (name == "<<")
            {
                Report(Rules.UnknownKey, place, "merge keys ('<<') are not supported; write the keys out");
            }
            else if (schema.Find(name) is { } key)
            {
                ReadValue(key, prefix + name, place, pair.Value);
            }
            else
            {
                Report(Rules.UnknownKey, place, $"'{prefix}{name}' is not a key of {schema.Title}. {Suggestions.Sentence(name, schema.Keys.Select(static k => k.Name))}");
            }
        }

        foreach (Key key in schema.Keys.Where(key => key.Required && !_places.Any(place => place.Path == prefix + key.Name)))
        {
            Report(Rules.MissingKey, title, $"'{prefix}{key.Name}' is missing: {key.Description}");
        }
    }

    private void ReadValue(Key key, string path, Place place, YamlNode node)
    {
        _places.Add(new(path, place, _file.PlaceOf(node)));
        if (node is YamlSequenceNode list)
        {
            _places.AddRange(list.Children.Select((item, i) => new KeyPlace($"{path}.{i}", place, _file.PlaceOf(item))));
        }

        if (key.Table is { } table)
        {
            if (node is YamlMappingNode mapping) ReadTable(mapping, table, path + ".", place);
            else Report(Rules.WrongType, _file.PlaceOf(node), $"{path}: expected a table of keys, found {Values.Show(node)}");
            return;
        }

        if (Values.TryConvert(key.Kind, node, out object value))
        {
            if (Values.Refuse(key, value) is { } reason) Report(Rules.ValueNotAccepted, _file.PlaceOf(node), $"{path}: {reason}");
            else _entries.Add(new(path, value));
        }
        else
        {
            Report(Rules.WrongType, _file.PlaceOf(node), $"{path}: expected {Values.Name(key.Kind)}, found {Values.Show(node)}");
        }
    }

    private void Report(Rule rule, Place place, string message) => _findings.Add(new(rule, place, message));
}
