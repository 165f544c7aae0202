using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>Converts and checks single values, for every front end.</summary>
public static class Values
{
    private const NumberStyles Fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>What a key takes, in words, with the article.</summary>
    public static string Name(Key key) => key.PerBlock ? $"{Name(key.Kind)} or a list with one for each block" : Name(key.Kind);

    /// <summary>The kind in words, with its article.</summary>
    public static string Name(ValueKind kind) => kind switch
    {
        ValueKind.Integer => "a whole number",
        ValueKind.Number => "a number",
        ValueKind.Boolean => "true or false",
        ValueKind.Text => "a text",
        ValueKind.Integers => "a list of whole numbers, such as [1, 2, 3]",
        ValueKind.Numbers => "a list of numbers, such as [0.5, 1, 1.5]",
        ValueKind.Tables => "a list of tables",
        ValueKind.Texts => "a text or a list of texts",
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
                return TryParseList<long>(ValueKind.Integer, text.Substring(1, text.Length - 2).Split(',').Select(static item => item.Trim()), out value);
            case ValueKind.Numbers when text.StartsWith("[", StringComparison.Ordinal) && text.EndsWith("]", StringComparison.Ordinal):
                return TryParseList<double>(ValueKind.Number, text.Substring(1, text.Length - 2).Split(',').Select(static item => item.Trim()), out value);
            case ValueKind.Texts when text.StartsWith("[", StringComparison.Ordinal) && text.EndsWith("]", StringComparison.Ordinal):
                value = new EquatableArray<string>(text.Substring(1, text.Length - 2).Split(',').Select(static item => item.Trim()));
                return true;
            case ValueKind.Texts:
                value = new EquatableArray<string>([text]);
                return text.Length > 0;
            default:
                return kind == ValueKind.Text;
        }
    }

    /// <summary>Converts a raw value to what a key takes; what is quoted is a text and nothing else.</summary>
    public static bool TryConvert(Key key, RawValue raw, out object value)
    {
        value = "";
        switch (raw)
        {
            case RawScalar { IsNull: false } scalar when key.Kind == ValueKind.Texts:
                value = new EquatableArray<string>([scalar.Text]);
                return true;
            case RawList list when key.Kind == ValueKind.Texts:
                value = new EquatableArray<string>(list.Items.Select(static item => (item as RawScalar)?.Text ?? ""));
                return list.Items.All(static item => item is RawScalar { IsNull: false });
            case RawScalar scalar when scalar.IsPlain || key.Kind == ValueKind.Text:
                return !scalar.IsNull && key.Kind is not (ValueKind.Integers or ValueKind.Numbers) && TryParse(key.Kind, scalar.Text, out value);
            case RawList list when key.Kind == ValueKind.Integers || (key.PerBlock && key.Kind == ValueKind.Integer):
                return TryParseList<long>(ValueKind.Integer, list.Items.Select(Plain), out value);
            case RawList list when key.Kind == ValueKind.Numbers || (key.PerBlock && key.Kind == ValueKind.Number):
                return TryParseList<double>(ValueKind.Number, list.Items.Select(Plain), out value);
            case RawList list when key.Kind == ValueKind.Tables && list.Items.All(static item => item is RawTable):
                value = list;
                return true;
            default:
                return false;
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
            case EquatableArray<long> { Count: 0 } or EquatableArray<double> { Count: 0 } or EquatableArray<string> { Count: 0 } or RawList { Items.Count: 0 }:
                return "the list is empty";
            case EquatableArray<long> list:
                return list.Select(item => Refuse(key, item)).FirstOrDefault(static reason => reason is not null);
            case EquatableArray<string> list:
                return list.Select(item => Refuse(key, item)).FirstOrDefault(static reason => reason is not null);
            case EquatableArray<double> list:
                return list.Select(item => Refuse(key, item)).FirstOrDefault(static reason => reason is not null);
            case long or double:
                double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                return number >= key.Minimum && number <= key.Maximum ? null : $"{Spelling.Number(number)} is not accepted; it must be {Range(key)}";
            default:
                return null;
        }
    }

    private static string Plain(RawValue item) => item is RawScalar { IsPlain: true } scalar ? scalar.Text : "";

    private static bool TryParseList<T>(ValueKind kind, IEnumerable<string> items, out object value)
        where T : IEquatable<T>
    {
        var list = new List<T>();
        foreach (string item in items)
        {
            if (!TryParse(kind, item, out object element))
            {
                value = "";
                return false;
            }

            list.Add((T)element);
        }

        value = new EquatableArray<T>(list);
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
