using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>The keys of a graph's steps and blocks, for its reader and for editors.</summary>
internal static class GraphSchemas
{
    private static readonly Key Name = new("name", ValueKind.Text, "The step's name in the module tree, the prefix of its parameters' names.");
    private static readonly Key Input = new("input", ValueKind.Texts, "The value it takes, or a list of them; by default the one before.");
    private static readonly Key Output = new("output", ValueKind.Text, "The value it gives; x by default.");

    /// <summary>A step that uses a block.</summary>
    public static Schema BlockStep { get; } = new("a step that uses a block",
    [
        new("block", ValueKind.Text, "The block.") { Required = true },
        Name with { Required = true },
        Input,
        Output,
        new("repeat", ValueKind.Integer, "How often it is applied in a row, each time with parameters of its own.") { Default = 1L, Minimum = 1, Maximum = 1000 },
    ]);

    /// <summary>Every kind of step.</summary>
    public static ImmutableArray<Schema> Steps { get; } = [BlockStep, .. OpDeclaration.All.Values.Select(Step)];

    /// <summary>A block.</summary>
    public static Schema Block { get; } = new("a block",
    [
        new("block", ValueKind.Text, "The block's name.") { Required = true },
        new("summary", ValueKind.Text, "What it is, in a sentence."),
        new("steps", ValueKind.Tables, "Its steps.") { Required = true, Items = Steps },
    ]);

    /// <summary>A step that applies an operator; what has parameters has a name, and nothing else has.</summary>
    public static Schema Step(OpDeclaration op) => new($"the operator '{op.Name}'",
    [
        new("op", ValueKind.Text, op.Description) { Required = true, Choices = [op.Name] },
        .. op.HasState ? [Name with { Required = true }] : ImmutableArray<Key>.Empty,
        Input,
        Output,
        .. op.Keys,
    ]);
}
