using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Deit.Compiler.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Deit.Compiler.Specs;

/// <summary>A YAML file as the compiler reads it: its root table with the place of every value, or findings that say why there is none.</summary>
/// <param name="Root">The root table, or null where the file cannot be read.</param>
/// <param name="Places">Where every key and every item is written; the declaration's place is the beginning of the file.</param>
/// <param name="Findings">What is wrong with the file.</param>
internal sealed record YamlFile(RawTable? Root, PlaceMap Places, EquatableArray<Finding> Findings)
{
    /// <summary>Reads the text of a file.</summary>
    public static YamlFile Read(string file, string text) => new Reader(file, text).Read();

    private sealed class Reader(string file, string text)
    {
        private readonly List<KeyPlace> _places = [];
        private readonly List<Finding> _findings = [];

        public YamlFile Read()
        {
            try
            {
                var stream = new YamlStream();
                stream.Load(new StringReader(text));
                if (stream.Documents.Count == 0) return Unreadable(Place.StartOf(file), "the file is empty; it must declare something");
                if (stream.Documents.Count > 1) return Unreadable(PlaceOf(stream.Documents[1].RootNode), "a second document begins here; a file holds one");
                if (stream.Documents[0].RootNode is not YamlMappingNode root) return Unreadable(PlaceOf(stream.Documents[0].RootNode), "expected 'key: value' lines");

                RawTable table = Table(root, "", 0);
                return new(_findings.Count > 0 ? null : table, new(Dialect.Yaml, Place.StartOf(file), new(_places)), new(_findings));
            }
            catch (YamlException exception)
            {
                return Unreadable(PlaceOf(exception.Start, exception.End), Sentence(exception));
            }
            catch (InvalidOperationException)
            {
                // YamlDotNet throws this, without a mark, where a flow collection is never closed.
                Mark last = LastGoodMark();
                return Unreadable(PlaceOf(last, last), "a '{' or '[' before this point is never closed");
            }
        }

        // An alias may stand inside of what it is an alias of.
        private const int DeepestNesting = 32;

        private RawTable Table(YamlMappingNode mapping, string path, int depth)
        {
            var entries = new List<RawEntry>();
            foreach (KeyValuePair<YamlNode, YamlNode> pair in mapping.Children)
            {
                Place place = PlaceOf(pair.Key);
                if (pair.Key is not YamlScalarNode { Value: { Length: > 0 } key })
                {
                    Report(place, "a key must be a text");
                }
                else if (key == "<<")
                {
                    Report(place, "merge keys ('<<') are not supported; write the keys out");
                }
                else
                {
                    string keyPath = path.Length == 0 ? key : $"{path}.{key}";
                    _places.Add(new(keyPath, place, PlaceOf(pair.Value)));
                    entries.Add(new(key, Value(pair.Value, keyPath, place, depth)));
                }
            }

            return new(new(entries));
        }

        private RawValue Value(YamlNode node, string path, Place key, int depth)
        {
            if (depth >= DeepestNesting)
            {
                Report(key, "values are nested too deeply here");
                return new RawScalar("", true);
            }

            switch (node)
            {
                case YamlSequenceNode list:
                    var items = new List<RawValue>();
                    foreach (YamlNode item in list.Children)
                    {
                        string itemPath = $"{path}.{items.Count.ToString(CultureInfo.InvariantCulture)}";
                        _places.Add(new(itemPath, PlaceOf(item), PlaceOf(item)));
                        items.Add(Value(item, itemPath, PlaceOf(item), depth + 1));
                    }

                    return new RawList(new(items));
                case YamlMappingNode table:
                    return Table(table, path, depth + 1);
                default:
                    return new RawScalar((node as YamlScalarNode)?.Value ?? "", node is YamlScalarNode { Style: ScalarStyle.Plain });
            }
        }

        private void Report(Place place, string reason) => _findings.Add(new(Rules.UnreadableYaml, place, $"The file cannot be read: {reason}"));

        private YamlFile Unreadable(Place place, string reason) =>
            new(null, new(Dialect.Yaml, Place.StartOf(file), default), new([new Finding(Rules.UnreadableYaml, place, $"The file cannot be read as YAML: {reason}")]));

        private Place PlaceOf(YamlNode node) => PlaceOf(node.Start, EndOf(node));

        // YamlDotNet counts lines and columns from 1.
        private Place PlaceOf(Mark start, Mark end)
        {
            int first = Math.Min((int)start.Index, text.Length);
            int last = Math.Min(Math.Max((int)end.Index, first), text.Length);
            return new(
                file, first, last - first,
                Math.Max((int)start.Line - 1, 0), Math.Max((int)start.Column - 1, 0),
                Math.Max((int)end.Line - 1, 0), Math.Max((int)end.Column - 1, 0));
        }

        // YamlDotNet ends a collection where it begins: its last element tells where it really does.
        private static Mark EndOf(YamlNode node) => node switch
        {
            YamlSequenceNode { Children.Count: > 0, Style: SequenceStyle.Flow } list => AfterBracket(EndOf(list.Children[list.Children.Count - 1])),
            YamlSequenceNode { Children.Count: > 0 } list => EndOf(list.Children[list.Children.Count - 1]),
            YamlMappingNode { Children.Count: > 0, Style: MappingStyle.Flow } table => AfterBracket(EndOf(table.Children.Values.Last())),
            YamlMappingNode { Children.Count: > 0 } table => EndOf(table.Children.Values.Last()),
            _ => node.End,
        };

        private static Mark AfterBracket(Mark last) => new(last.Index + 1, last.Line, last.Column + 1);

        private static string Sentence(YamlException exception)
        {
            string message = (exception.InnerException ?? exception).Message;
            int mark = message.IndexOf("): ", StringComparison.Ordinal);
            return (mark < 0 ? message : message.Substring(mark + 3)).TrimEnd('.');
        }

        private Mark LastGoodMark()
        {
            var parser = new Parser(new StringReader(text));
            Mark last = Mark.Empty;
            try
            {
                while (parser.MoveNext()) last = parser.Current!.End;
            }
            catch (Exception exception) when (exception is InvalidOperationException or YamlException)
            {
                // The walk ends where the file becomes unreadable, which is what it is for.
            }

            return last;
        }
    }
}
