using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Deit.Compiler.Specs;

/// <summary>Converts and checks single values, for every front end.</summary>
public static class Values
{
    private const NumberStyles Fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The kind in words, with its article.</summary>
    public static string Name(ValueKind kind) => kind switch
    {
        ValueKind.Integer => "a whole number",
        ValueKind.Number => "a number",
        ValueKind.Boolean => "true or false",
        ValueKind.Text => "a text",
        ValueKind.Integers => "a list of whole numbers, such as [1, 2, 3]",
        _ => "a table of keys",
    };

    /// <summary>Reads a value from text, as <c>--set key=value</c> gives it.</summary>
    public static bool TryParse(ValueKind kind, string text, out object value)
    {
        value = text;
        switch (kind)
        {
            case ValueKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer):
                value = integer;
                return true;
            case ValueKind.Number when double.TryParse(text, Fraction, CultureInfo.InvariantCulture, out double number) && !double.IsInfinity(number):
                value = number;
                return true;
            case ValueKind.Boolean when text is "true" or "True" or "false" or "False":
                value = text[0] is 't' or 'T';
                return true;
            case ValueKind.Integers when text.StartsWith("[", StringComparison.Ordinal) && text.EndsWith("]", StringComparison.Ordinal):
                return TryParseList(text.Substring(1, text.Length - 2).Split(','), out value);
            default:
                return kind == ValueKind.Text;
        }
    }

    /// <summary>Why a value of the right kind is not accepted, or null where it is.</summary>
    public static string? Refuse(Key key, object value)
    {
        switch (value)
        {
            case string text when key.Choices.Length > 0 && !key.Choices.Contains(text):
                return $"'{text}' is not accepted. {Suggestions.Sentence(text, key.Choices)}";
            case string { Length: 0 }:
                return "the text is empty";
            case EquatableArray<long> list when list.Count == 0:
                return "the list is empty";
            case EquatableArray<long> list:
                return list.Select(item => Refuse(key, item)).FirstOrDefault(static reason => reason is not null);
            case long or double:
                double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                return number >= key.Minimum && number <= key.Maximum ? null : $"{Spelling.Number(number)} is not accepted; it must be {Range(key)}";
            default:
                return null;
        }
    }

    /// <summary>Converts a YAML node; a quoted scalar is a text and nothing else.</summary>
    internal static bool TryConvert(ValueKind kind, YamlNode node, out object value)
    {
        value = "";
        switch (node)
        {
            case YamlScalarNode scalar when scalar.Style == ScalarStyle.Plain || kind == ValueKind.Text:
                string text = scalar.Value ?? "";
                bool isNull = scalar.Style == ScalarStyle.Plain && text is "" or "~" or "null";
                return !isNull && TryParse(kind, text, out value);
            case YamlSequenceNode sequence when kind == ValueKind.Integers:
                return TryParseList(sequence.Children.Select(static item => item is YamlScalarNode { Style: ScalarStyle.Plain } scalar ? scalar.Value ?? "" : ""), out value);
            default:
                return false;
        }
    }

    /// <summary>A node in words, for messages.</summary>
    internal static string Show(YamlNode node) => node switch
    {
        YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" } => "nothing",
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => scalar.Value!,
        YamlScalarNode scalar => $"the text \"{scalar.Value}\"",
        YamlSequenceNode => "a list",
        _ => "a table of keys",
    };

    private static bool TryParseList(IEnumerable<string> items, out object value)
    {
        var list = new List<long>();
        foreach (string item in items)
        {
            if (!TryParse(ValueKind.Integer, item.Trim(), out object integer))
            {
                value = "";
                return false;
            }

            list.Add((long)integer);
        }

        value = new EquatableArray<long>(list);
        return true;
    }

    private static string Range(Key key)
    {
        string least = Spelling.Number(key.Minimum);
        string greatest = Spelling.Number(key.Maximum);
        if (double.IsInfinity(key.Maximum)) return $"at least {least}";
        return double.IsInfinity(key.Minimum) ? $"at most {greatest}" : $"from {least} to {greatest}";
    }
}
