using System.Linq;

namespace Deit.Compiler.Specs;

/// <summary>
/// A value as it is written, before it is known which key it belongs to: a text, a list or a table. Where it is written is
/// kept apart, so that two values are equal where they say the same.
/// </summary>
public abstract record RawValue
{
    /// <summary>The value in words, for messages.</summary>
    public abstract string Show();
}

/// <summary>A single value.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsPlain">Whether it may be a number or a truth value; what is quoted is a text and nothing else.</param>
public sealed record RawScalar(string Text, bool IsPlain) : RawValue
{
    /// <summary>Whether nothing is stated.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";

    /// <inheritdoc/>
    public override string Show() => IsNull ? "nothing" : IsPlain ? Spelling.Excerpt(Text) : $"the text \"{Spelling.Excerpt(Text)}\"";
}

/// <summary>A list of values.</summary>
/// <param name="Items">Its items.</param>
public sealed record RawList(EquatableArray<RawValue> Items) : RawValue
{
    /// <inheritdoc/>
    public override string Show() => "a list";
}

/// <summary>Keys with values.</summary>
/// <param name="Entries">Its entries in the order of writing; no key occurs twice.</param>
public sealed record RawTable(EquatableArray<RawEntry> Entries) : RawValue
{
    /// <summary>The value of a key, or null.</summary>
    public RawValue? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    /// <summary>The text of a key, or null where it is not stated or not a single value.</summary>
    public string? FindText(string key) => Find(key) is RawScalar { IsNull: false } scalar ? scalar.Text : null;

    /// <inheritdoc/>
    public override string Show() => "a table of keys";
}

/// <summary>A key with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
public sealed record RawEntry(string Key, RawValue Value);
