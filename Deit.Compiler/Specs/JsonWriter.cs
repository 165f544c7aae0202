using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Deit.Compiler.Specs;

/// <summary>
/// Writes JSON (RFC 8259) to be read and reviewed: a member a line, lists of plain values on one. The compiler runs inside of
/// C# compilers, where it can bring no JSON library along.
/// </summary>
internal sealed class JsonWriter
{
    private const int IndentWidth = 2;

    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _isFirst = true;

    /// <summary>Writes a document: an object and nothing after it.</summary>
    public static string Document(Action<JsonWriter> members)
    {
        var json = new JsonWriter();
        json.Nest('{', '}', () => members(json));
        return json._text.Append('\n').ToString();
    }

    /// <summary>A member that is a text, a number (long or double, finite) or a truth value.</summary>
    public void Member(string name, object value)
    {
        Begin(name);
        Value(value);
    }

    /// <summary>A member that is a list of plain values.</summary>
    public void Member(string name, IEnumerable<string> values)
    {
        Begin(name);
        _text.Append('[').Append(string.Join(", ", values.Select(Quote))).Append(']');
    }

    /// <summary>A member that is an object.</summary>
    public void Object(string name, Action members)
    {
        Begin(name);
        Nest('{', '}', members);
    }

    /// <summary>A member that is a list of objects.</summary>
    public void Objects(string name, IEnumerable<Action> items)
    {
        Begin(name);
        Nest('[', ']', () =>
        {
            foreach (Action members in items)
            {
                NextLine();
                Nest('{', '}', members);
            }
        });
    }

    private void Begin(string name)
    {
        NextLine();
        _text.Append(Quote(name)).Append(": ");
    }

    private void NextLine()
    {
        if (!_isFirst) _text.Append(',');
        _text.Append('\n').Append(' ', _depth * IndentWidth);
        _isFirst = false;
    }

    private void Nest(char open, char close, Action content)
    {
        _text.Append(open);
        _depth++;
        _isFirst = true;
        content();
        _depth--;
        if (!_isFirst) _text.Append('\n').Append(' ', _depth * IndentWidth);
        _text.Append(close);
        _isFirst = false;
    }

    private void Value(object value) => _text.Append(value switch
    {
        string text => Quote(text),
        bool truth => truth ? "true" : "false",
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double number when !double.IsNaN(number) && !double.IsInfinity(number) => Spelling.Number(number),
        _ => throw new ArgumentException($"{value} is not a value of JSON.", nameof(value)),
    });

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (char character in text)
        {
            // A surrogate without its other half cannot be written as UTF-8; escaped, every one can.
            if (character is '"' or '\\') quoted.Append('\\').Append(character);
            else if (char.IsControl(character) || char.IsSurrogate(character)) quoted.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            else quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }
}
