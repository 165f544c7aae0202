using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Emit;
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
    /// <summary>The value that a block is called with, and that a step gives which names none.</summary>
    public const string DefaultValue = "x";

    /// <summary>Its name in the module tree; empty where it has none.</summary>
    public string Name => Values.TextOrNull("name") ?? "";

    /// <summary>The values it takes; empty where it takes the one before.</summary>
    public EquatableArray<string> Inputs => Values.Find("input") is EquatableArray<string> names ? names : default;

    /// <summary>The value it gives.</summary>
    public string Output => Values.TextOrNull("output") ?? DefaultValue;
}

/// <summary>A block of a graph as it is declared.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it is.</param>
/// <param name="Steps">Its steps.</param>
internal sealed record GraphBlock(string Name, string Summary, ImmutableArray<GraphStep> Steps);

/// <summary>Reads the blocks and steps of a <c>family: graph</c> model.</summary>
internal sealed class GraphReader
{
    private const int MostBlocks = 100;
    private const long MostSteps = 20_000;

    private static readonly Regex Identifier = new(@"^[a-z][a-z0-9_]*\z", RegexOptions.CultureInvariant);

    private readonly List<SpecFinding> _findings = [];

    public GraphReader(SpecTable spec)
    {
        Blocks = ReadBlocks(spec);
        Steps = ReadSteps(spec.Find("steps") as RawList, "steps");
        if (Blocks.Count > MostBlocks) Report(Rules.TooLarge, "blocks", $"there are {Spelling.Grouped(Blocks.Count)} blocks; {MostBlocks} are the most that a model may have");
        else RefuseCircles();
        if (_findings.Count == 0) RefuseTooManySteps();
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
            (SpecTable values, IReadOnlyList<SpecFinding> findings) = TableReader.Read(table, GraphSchemas.Block, path);
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
        Schema schema = declaration is null ? GraphSchemas.BlockStep : GraphSchemas.Step(declaration);
        (SpecTable values, IReadOnlyList<SpecFinding> findings) = TableReader.Read(table, schema, path);
        _findings.AddRange(findings);
        var step = new GraphStep(path, declaration, block, values);
        CheckNames(step);
        return findings.Count > 0 ? null : step;
    }

    private void CheckNames(GraphStep step)
    {
        if (step.Name.Length > 0 && !Identifier.IsMatch(step.Name)) Report(Rules.ValueNotAccepted, $"{step.Path}.name", $"'{step.Name}' is not a name; it is made of lower-case letters, digits and underscores");
        if (Names.OfEveryModule.Contains(Spelling.ToPascalCase(step.Name))) Report(Rules.ValueNotAccepted, $"{step.Path}.name", $"'{step.Name}' is a name that every module has; choose another");
        if (!Identifier.IsMatch(step.Output)) Report(Rules.ValueNotAccepted, $"{step.Path}.output", $"'{step.Output}' is not the name of a value; it is made of lower-case letters, digits and underscores");
    }

    private void RefuseCircles()
    {
        foreach (GraphBlock block in Blocks.Values.OrderBy(static block => block.Name, StringComparer.Ordinal))
        {
            if (Uses(block, block.Name, [])) Report(Rules.BaseCycle, block.Steps[0].Path, $"the block '{block.Name}' uses itself");
        }
    }

    /// <summary>Blocks of blocks multiply: a few lines can ask for more steps than there are atoms.</summary>
    private void RefuseTooManySteps()
    {
        var counts = new Dictionary<string, long>();
        long total = 0;
        foreach (GraphStep step in Steps)
        {
            total += Count(step, counts);
            if (total <= MostSteps) continue;
            Report(Rules.TooLarge, step.Path, $"the model has more than {Spelling.Grouped(MostSteps)} steps once every block stands in its place, as often as it is repeated");
            return;
        }
    }

    // Beyond the limit the exact number does not matter, and is not reached.
    private long Count(GraphStep step, Dictionary<string, long> counts)
    {
        if (step.Block is null) return 1;
        if (!counts.TryGetValue(step.Block, out long count))
        {
            count = Blocks[step.Block].Steps.Aggregate(1L, (sum, inner) => Math.Min(sum + Count(inner, counts), MostSteps + 1));
            counts.Add(step.Block, count);
        }

        return Math.Min(count * step.Values.Integer("repeat"), MostSteps + 1);
    }

    private bool Uses(GraphBlock block, string name, HashSet<string> seen) => seen.Add(block.Name) && block.Steps.Any(
        step => step.Block is { } used && (used == name || (Blocks.TryGetValue(used, out GraphBlock? inner) && Uses(inner, name, seen))));

    private static IEnumerable<RawTable> Items(RawList? list) => list?.Items.OfType<RawTable>() ?? [];

    private void Report(Rule rule, string path, string message) => _findings.Add(new(rule, path, message));
}
