using System.Collections.Immutable;

namespace Deit.Compiler.Specs;

/// <summary>What kind of value a key takes.</summary>
public enum ValueKind
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with or without a fraction.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A list of whole numbers.</summary>
    Integers,

    /// <summary>A list of numbers.</summary>
    Numbers,

    /// <summary>A table of further keys.</summary>
    Table,

    /// <summary>A text or a list of texts.</summary>
    Texts,

    /// <summary>A list of tables, kept as they are written: whoever reads the key checks them.</summary>
    Tables,
}

/// <summary>One key of a declaration or recipe: all that readers, attributes, documentation and editors need to know of it.</summary>
/// <param name="Name">Its name in YAML (<c>embed_dim</c>); attributes spell it <c>EmbedDim</c>.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Description">What it means, in a sentence.</param>
public sealed record Key(string Name, ValueKind Kind, string Description)
{
    /// <summary>Whether a declaration without it is refused.</summary>
    public bool Required { get; init; }

    /// <summary>Whether a list with one value for each block is accepted too.</summary>
    public bool PerBlock { get; init; }

    /// <summary>The value of a declaration that does not state it: long, double, bool or string; null where there is none.</summary>
    public object? Default { get; init; }

    /// <summary>The least number accepted, also as an element of a list.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The greatest number accepted, also as an element of a list.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>The texts accepted; empty where any is.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>What each of <see cref="ValueKind.Tables"/> may be.</summary>
    public ImmutableArray<Schema> Items { get; init; } = [];

    /// <summary>The keys of a <see cref="ValueKind.Table"/>.</summary>
    public Schema? Table { get; init; }
}
