using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Augmentation;

/// <summary>The parts of a policy string behind its name, <c>m9</c> or <c>mstd0.5</c>, each of which may be given once.</summary>
internal sealed class PolicyParts
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Splits the parts into keys and values.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="keys">The keys that are accepted, and what each means.</param>
    /// <param name="textKey">The key whose value is a name and not a number; null for none.</param>
    /// <exception cref="PolicyException">A part is not one of the accepted.</exception>
    public PolicyParts(IEnumerable<string> parts, IReadOnlyList<(string Key, string Meaning)> keys, string? textKey = null)
    {
        foreach (string part in parts)
        {
            string key = textKey is not null && part.StartsWith(textKey, StringComparison.Ordinal) ? textKey : KeyOf(part);
            if (keys.All(known => known.Key != key)) throw new PolicyException($"'{part}' is no part of it; accepted are {List(keys)}");
            if (part.Length == key.Length) throw new PolicyException($"'{part}' has no value; accepted are {List(keys)}");
            if (_values.ContainsKey(key)) throw new PolicyException($"'{part}' gives '{key}' a second time; leave one of the two out");
            _values.Add(key, part.Substring(key.Length));
        }
    }

    /// <summary>Whether a key is given.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>The whole number of a key.</summary>
    public int Integer(string key, int otherwise, int least, int greatest)
    {
        if (!_values.TryGetValue(key, out string text)) return otherwise;
        bool isInteger = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value);
        return isInteger && value >= least && value <= greatest
            ? value
            : throw new PolicyException($"'{key}{text}' must have a whole number from {Text(least)} to {Text(greatest)}");
    }

    /// <summary>The number of a key, which may have a fraction.</summary>
    public double Number(string key, double otherwise, double greatest)
    {
        if (!_values.TryGetValue(key, out string text)) return otherwise;
        bool isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        return isNumber && value >= 0 && value <= greatest
            ? value
            : throw new PolicyException($"'{key}{text}' must have a number from 0{(double.IsInfinity(greatest) ? " up" : $" to {Text(greatest)}")}");
    }

    /// <summary>Whether a switch is on: 1 is, leaving it out is off. timm reads 0 as on, which nobody means who writes it.</summary>
    public bool Switch(string key)
    {
        if (!_values.TryGetValue(key, out string text)) return false;
        return text == "1" ? true : throw new PolicyException($"'{key}{text}' must be '{key}1'; to switch it off, leave it out");
    }

    /// <summary>The name that a key gives, one of several.</summary>
    public string? Name(string key, IReadOnlyList<string> names)
    {
        if (!_values.TryGetValue(key, out string text)) return null;
        return names.Contains(text)
            ? text
            : throw new PolicyException($"'{key}{text}' names no set of operators. {Suggestions.Sentence(key + text, names.Select(name => key + name)).TrimEnd('.')}");
    }

    private static string KeyOf(string part)
    {
        int digit = 0;
        while (digit < part.Length && part[digit] is < '0' or > '9') digit++;
        return part.Substring(0, digit);
    }

    private static string List(IReadOnlyList<(string Key, string Meaning)> keys) =>
        string.Join(", ", keys.Select(static key => $"{key.Key} ({key.Meaning})"));

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
