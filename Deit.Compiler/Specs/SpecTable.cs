using System;
using System.Collections.Generic;
using System.Linq;

namespace Deit.Compiler.Specs;

/// <summary>A stated value: its dotted path and a long, double, bool, string, EquatableArray of long or double, or RawList.</summary>
/// <param name="Path">The key's dotted path.</param>
/// <param name="Value">The value, already of the key's kind.</param>
public sealed record SpecEntry(string Path, object Value);

/// <summary>
/// The values of a declaration or recipe, checked against a schema, without the places where they were written: two tables
/// are equal where they say the same.
/// </summary>
/// <param name="Schema">The keys that may occur.</param>
/// <param name="Entries">What is stated, in the order of the schema.</param>
public sealed record SpecTable(Schema Schema, EquatableArray<SpecEntry> Entries)
{
    /// <summary>Sorts <paramref name="entries"/> into the schema's order, so that the order of writing does not matter.</summary>
    public static SpecTable Create(Schema schema, IEnumerable<SpecEntry> entries)
    {
        Dictionary<string, SpecEntry> stated = entries.ToDictionary(static entry => entry.Path);
        return new(schema, new(schema.Leaves().Where(leaf => stated.ContainsKey(leaf.Path)).Select(leaf => stated[leaf.Path])));
    }

    /// <summary>Whether the key, or any key of the table at that path, is stated.</summary>
    public bool States(string path) => Entries.Any(entry => entry.Path == path || entry.Path.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>The whole number at <paramref name="path"/>, stated or by default.</summary>
    public long Integer(string path) => (long)Value(path);

    /// <summary>The number at <paramref name="path"/>, stated or by default.</summary>
    public double Number(string path) => Convert.ToDouble(Value(path), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The truth value at <paramref name="path"/>, stated or by default.</summary>
    public bool Boolean(string path) => (bool)Value(path);

    /// <summary>The text at <paramref name="path"/>, stated or by default.</summary>
    public string Text(string path) => (string)Value(path);

    /// <summary>The text at <paramref name="path"/>, or null where it is neither stated nor has a default.</summary>
    public string? TextOrNull(string path) => (string?)Find(path);

    /// <summary>The whole numbers at <paramref name="path"/>, stated or by default; empty where there are none.</summary>
    public EquatableArray<long> Integers(string path) => Find(path) is EquatableArray<long> list ? list : default;

    /// <summary>One whole number for each of <paramref name="count"/> blocks: stated one by one, or the same for all.</summary>
    public long[] IntegersPerBlock(string path, long count) => Find(path) is EquatableArray<long> list
        ? [.. list]
        : [.. Enumerable.Repeat(Integer(path), (int)count)];

    /// <summary>One number for each of <paramref name="count"/> blocks: stated one by one, or the same for all.</summary>
    public double[] NumbersPerBlock(string path, long count) => Find(path) is EquatableArray<double> list
        ? [.. list]
        : [.. Enumerable.Repeat(Number(path), (int)count)];

    /// <summary>Whether a list states one value for each block.</summary>
    public bool IsPerBlock(string path) => Find(path) is EquatableArray<long> or EquatableArray<double>;

    /// <summary>The number of values that a list states; 1 where it is no list.</summary>
    public int CountOf(string path) => Find(path) switch
    {
        EquatableArray<long> list => list.Count,
        EquatableArray<double> list => list.Count,
        _ => 1,
    };

    /// <summary>The value at <paramref name="path"/>, stated or by default, or null.</summary>
    public object? Find(string path) => Entries.FirstOrDefault(entry => entry.Path == path)?.Value ?? Schema.FindPath(path)?.Default;

    private object Value(string path) => Find(path) ?? throw new InvalidOperationException($"'{path}' is not stated and has no default.");
}
