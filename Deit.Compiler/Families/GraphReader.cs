using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>A step of a graph as it is declared.</summary>
/// <param name="Path">Its path in the declaration.</param>
/// <param name="Op">The operator, or null where it uses a block.</param>
/// <param name="Block">The name of the block, or null where it is an operator.</param>
/// <param name="Values">What it states.</param>
internal sealed record GraphStep(string Path, OpDeclaration? Op, string? Block, SpecTable Values)
{
    /// <summary>Its name in the module tree; empty where it has none.</summary>
    public string Name => Values.TextOrNull("name") ?? "";

    /// <summary>The values it takes; empty where it takes the one before.</summary>
    public EquatableArray<string> Inputs => Values.Find("input") is EquatableArray<string> names ? names : default;

    /// <summary>The value it gives.</summary>
    public string Output => Values.TextOrNull("output") ?? "x";
}

/// <summary>A block of a graph as it is declared.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it is.</param>
/// <param name="Steps">Its steps.</param>
internal sealed record GraphBlock(string Name, string Summary, ImmutableArray<GraphStep> Steps);

/// <summary>Reads the blocks and steps of a <c>family: graph</c> model.</summary>
internal sealed class GraphReader
{
    private static readonly Regex Identifier = new("^[a-z][a-z0-9_]*$", RegexOptions.CultureInvariant);

    // What the classes that modules derive from have already.
    private static readonly ImmutableHashSet<string> Reserved =
        ["Create", "Describe", "Description", "Dispose", "Equals", "GetHashCode", "GetName", "GetType", "Module", "Predict", "ReferenceEquals", "RegisterComponents", "ToString"];

    private static readonly ImmutableArray<Key> StepKeys =
    [
        new("name", ValueKind.Text, "The step's name in the module tree, the prefix of its parameters' names."),
        new("input", ValueKind.Texts, "The value it takes, or a list of them; by default the one before."),
        new("output", ValueKind.Text, "The value it gives; x by default."),
    ];

    private static readonly Schema BlockSchema = new("a block",
    [
        new("block", ValueKind.Text, "The block's name.") { Required = true },
        new("summary", ValueKind.Text, "What it is, in a sentence."),
        new("steps", ValueKind.Tables, "Its steps.") { Required = true },
    ]);

    private readonly List<SpecFinding> _findings = [];

    public GraphReader(SpecTable spec)
    {
        Blocks = ReadBlocks(spec);
        Steps = ReadSteps(spec.Find("steps") as RawList, "steps");
        RefuseCircles();
    }

    /// <summary>What is wrong with the declaration by itself, before any shape is known.</summary>
    public IReadOnlyList<SpecFinding> Findings => _findings;

    /// <summary>The blocks by their names.</summary>
    public ImmutableDictionary<string, GraphBlock> Blocks { get; }

    /// <summary>The model's steps.</summary>
    public ImmutableArray<GraphStep> Steps { get; }

    private ImmutableDictionary<string, GraphBlock> ReadBlocks(SpecTable spec)
    {
        var blocks = ImmutableDictionary.CreateBuilder<string, GraphBlock>();
        string[] known = [.. Items(spec.Find("blocks") as RawList).Select(static table => table.FindText("block") ?? "")];
        foreach ((RawTable table, int i) in Items(spec.Find("blocks") as RawList).Select(static (table, i) => (table, i)))
        {
            string path = $"blocks.{i}";
            (SpecTable values, IReadOnlyList<SpecFinding> findings) = TableReader.Read(table, BlockSchema, path);
            _findings.AddRange(findings);
            string name = values.TextOrNull("block") ?? "";
            if (name.Length == 0) continue;
            if (!Identifier.IsMatch(name)) Report(Rules.ValueNotAccepted, $"{path}.block", $"'{name}' is not the name of a block; it is made of lower-case letters, digits and underscores");
            else if (known.Take(i).Contains(name)) Report(Rules.ContradictingKeys, $"{path}.block", $"there are two blocks named '{name}'");
            else blocks[name] = new(name, values.TextOrNull("summary") ?? $"The block '{name}'.", ReadSteps(values.Find("steps") as RawList, $"{path}.steps", known));
        }

        return blocks.ToImmutable();
    }

    private ImmutableArray<GraphStep> ReadSteps(RawList? steps, string path, string[]? known = null) =>
        [.. Items(steps).Select((table, i) => ReadStep(table, $"{path}.{i}", known ?? [.. Blocks.Keys])).OfType<GraphStep>()];

    private GraphStep? ReadStep(RawTable table, string path, string[] knownBlocks)
    {
        string? op = table.FindText("op");
        string? block = table.FindText("block");
        if (op is null == block is null)
        {
            Report(Rules.MissingKey, path, "a step states either an operator ('op') or a block ('block')");
            return null;
        }

        if (op is not null && !OpDeclaration.All.ContainsKey(op))
        {
            Report(Rules.ValueNotAccepted, $"{path}.op", $"there is no operator '{op}'. {Suggestions.Sentence(op, OpDeclaration.All.Keys)}");
            return null;
        }

        if (block is not null && !knownBlocks.Contains(block))
        {
            Report(Rules.ValueNotAccepted, $"{path}.block", $"there is no block '{block}'. {Suggestions.Sentence(block, knownBlocks)}");
            return null;
        }

        OpDeclaration? declaration = op is null ? null : OpDeclaration.All[op];
        ImmutableArray<Key> own = declaration?.Keys ?? [new("repeat", ValueKind.Integer, "How often it is applied in a row, each time with parameters of its own.") { Default = 1L, Minimum = 1, Maximum = 1000 }];
        Key kind = new(op is null ? "block" : "op", ValueKind.Text, "What the step is.");
        (SpecTable values, IReadOnlyList<SpecFinding> findings) = TableReader.Read(table, new(op ?? $"the block '{block}'", [kind, .. StepKeys, .. own]), path);
        _findings.AddRange(findings);
        var step = new GraphStep(path, declaration, block, values);
        CheckNames(step, declaration);
        return findings.Count > 0 ? null : step;
    }

    private void CheckNames(GraphStep step, OpDeclaration? declaration)
    {
        if (step.Name.Length > 0 && !Identifier.IsMatch(step.Name)) Report(Rules.ValueNotAccepted, $"{step.Path}.name", $"'{step.Name}' is not a name; it is made of lower-case letters, digits and underscores");
        if (Reserved.Contains(Spelling.ToPascalCase(step.Name.Length > 0 ? step.Name : "x"))) Report(Rules.ValueNotAccepted, $"{step.Path}.name", $"'{step.Name}' is a name that every module has; choose another");
        if (!Identifier.IsMatch(step.Output)) Report(Rules.ValueNotAccepted, $"{step.Path}.output", $"'{step.Output}' is not the name of a value; it is made of lower-case letters, digits and underscores");
        if (step.Name.Length == 0 && (declaration?.HasState ?? true)) Report(Rules.MissingKey, step.Path, $"'name' is missing: a step with parameters has a name");
        if (step.Name.Length > 0 && declaration is { HasState: false }) Report(Rules.UnknownKey, $"{step.Path}.name", $"'{declaration.Name}' has no parameters, so that it takes no name");
    }

    private void RefuseCircles()
    {
        foreach (GraphBlock block in Blocks.Values.OrderBy(static block => block.Name, StringComparer.Ordinal))
        {
            if (Uses(block, block.Name, [])) Report(Rules.BaseCycle, block.Steps[0].Path, $"the block '{block.Name}' uses itself");
        }
    }

    private bool Uses(GraphBlock block, string name, HashSet<string> seen) => seen.Add(block.Name) && block.Steps.Any(
        step => step.Block is { } used && (used == name || (Blocks.TryGetValue(used, out GraphBlock? inner) && Uses(inner, name, seen))));

    private static IEnumerable<RawTable> Items(RawList? list) => list?.Items.OfType<RawTable>() ?? [];

    private void Report(Rule rule, string path, string message) => _findings.Add(new(rule, path, message));
}
