using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Deit.Compiler.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Deit.Compiler.Specs;

/// <summary>A YAML file as the compiler reads it: its root mapping, or findings that say why there is none.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Text">The file's text.</param>
/// <param name="Root">The root mapping, or null where the file cannot be read.</param>
/// <param name="Findings">What is wrong with the file.</param>
internal sealed record YamlFile(string File, string Text, YamlMappingNode? Root, EquatableArray<Finding> Findings)
{
    /// <summary>Reads the text of a file.</summary>
    public static YamlFile Read(string file, string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0) return Unreadable(file, text, Place.StartOf(file), "the file is empty; it must declare something");
            if (stream.Documents.Count > 1) return Unreadable(file, text, PlaceOf(file, text, stream.Documents[1].RootNode), "a second document begins here; a file holds one");
            YamlNode root = stream.Documents[0].RootNode;
            return root is YamlMappingNode mapping
                ? new(file, text, mapping, default)
                : Unreadable(file, text, PlaceOf(file, text, root), "expected 'key: value' lines");
        }
        catch (YamlException exception)
        {
            return Unreadable(file, text, PlaceOf(file, text, exception.Start, exception.End), Sentence(exception));
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet throws this, without a mark, where a flow collection is never closed.
            Mark last = LastGoodMark(text);
            return Unreadable(file, text, PlaceOf(file, text, last, last), "a '{' or '[' before this point is never closed");
        }
    }

    /// <summary>The place of a node.</summary>
    public Place PlaceOf(YamlNode node) => PlaceOf(File, Text, node);

    private static YamlFile Unreadable(string file, string text, Place place, string reason) =>
        new(file, text, null, new([new Finding(Rules.UnreadableYaml, place, $"The file cannot be read as YAML: {reason}")]));

    private static Place PlaceOf(string file, string text, YamlNode node) => PlaceOf(file, text, node.Start, EndOf(node));

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

    // YamlDotNet counts lines and columns from 1.
    private static Place PlaceOf(string file, string text, Mark start, Mark end)
    {
        int first = Math.Min((int)start.Index, text.Length);
        int last = Math.Min(Math.Max((int)end.Index, first), text.Length);
        return new(
            file, first, last - first,
            Math.Max((int)start.Line - 1, 0), Math.Max((int)start.Column - 1, 0),
            Math.Max((int)end.Line - 1, 0), Math.Max((int)end.Column - 1, 0));
    }

    private static string Sentence(YamlException exception)
    {
        string message = (exception.InnerException ?? exception).Message;
        int mark = message.IndexOf("): ", StringComparison.Ordinal);
        return (mark < 0 ? message : message.Substring(mark + 3)).TrimEnd('.');
    }

    private static Mark LastGoodMark(string text)
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
