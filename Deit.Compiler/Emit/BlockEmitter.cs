using System;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Emit;

/// <summary>Writes what the classes of all blocks have in common: the construction of their members, and the members.</summary>
internal static class BlockEmitter
{
    /// <summary>Writes a block as a class of its own.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="block">The block.</param>
    /// <param name="name">The name of the class.</param>
    /// <param name="className">The names of the classes that the blocks inside have become.</param>
    public static void WriteClass(CodeWriter code, Block block, string name, Func<Block, string> className)
    {
        code.Documentation("summary", Names.Documentation(block.Summary));
        code.Open($"public sealed class {name} : Module<Tensor, Tensor>");
        BlockArgument[] kept = [.. ForwardEmitter.KeptArguments(block)];
        foreach (BlockArgument argument in kept) code.Line($"private readonly {argument.Type} _{argument.Name};");
        code.Gap();
        code.Documentation("summary", "Makes the module with freshly initialised weights.");
        foreach (BlockArgument argument in block.Arguments) code.Line($"/// <param name=\"{argument.Name}\">{Names.Documentation(argument.Summary)}</param>");
        code.Line($"public {name}({string.Join(", ", block.Arguments.Select(static argument => $"{argument.Type} {argument.Name}"))})");
        code.Open($"    : base(nameof({name}))");
        foreach (BlockArgument argument in kept) code.Line($"_{argument.Name} = {argument.Name};");
        WriteConstruction(code, block, className);
        code.Close();
        WriteProperties(code, block, className);
        code.Gap();
        ForwardEmitter.Write(code, block, className);
        code.Close();
    }

    /// <summary>Writes the statements that make and register the members.</summary>
    public static void WriteConstruction(CodeWriter code, Block block, Func<Block, string> className)
    {
        foreach (Node node in Members(block))
        {
            if (node.Op is RepeatedBlock { Uniform: null } listed) WriteList(code, listed, className);
            else code.Line($"{Names.Property(node)} = {Construction(node, className)};");
        }

        code.Line("RegisterComponents();");

        // Components are fields; the elements of an array have to be registered one by one.
        foreach (RepeatedBlock array in block.Nodes.Select(static node => node.Op).OfType<RepeatedBlock>().Where(static repeated => !repeated.IsList))
        {
            string first = array.First.ToString(CultureInfo.InvariantCulture);
            code.Line($"for (int i = 0; i < {array.Property}.Length; i++) register_module($\"{array.Prefix}{{i + {first}}}\", {array.Property}[i]);");
        }
    }

    /// <summary>Writes the properties that hold the members.</summary>
    public static void WriteProperties(CodeWriter code, Block block, Func<Block, string> className)
    {
        foreach (Node node in Members(block))
        {
            code.Gap();
            code.Documentation("summary", $"<c>{StateName(node)}</c>: {Names.Documentation(Summary(node))}");
            if (ComponentName(node) is { } name) code.Line($"[field: ComponentName(Name = {Names.Literal(name)})]");
            code.Line($"public {TypeOf(node, className)} {Names.Property(node)} {{ get; }}");
        }
    }

    private static Node[] Members(Block block) => [.. block.Nodes.Where(static node => node.Member.Length > 0 || node.Op is RepeatedBlock)];

    /// <summary>The class of all repetitions, or what they have in common.</summary>
    public static string ElementType(RepeatedBlock repeated, Func<Block, string> className) =>
        repeated.Calls.All(call => className(call.Block) == className(repeated.Template)) ? className(repeated.Template) : "Module<Tensor, Tensor>";

    private static string TypeOf(Node node, Func<Block, string> className) => node.Op switch
    {
        BlockCall call => className(call.Block),
        RepeatedBlock { IsList: true } list => $"ModuleList<{ElementType(list, className)}>",
        RepeatedBlock repeated => $"ImmutableArray<{ElementType(repeated, className)}>",
        _ => node.Op.Member!.Type,
    };

    private static string Construction(Node node, Func<Block, string> className)
    {
        if (node.Op is BlockCall call) return $"new {className(call.Block)}({call.ArgumentList})";
        if (node.Op is not RepeatedBlock { Uniform: { } uniform } repeated) return node.Op.Member!.Construction;

        string count = uniform.Count.IsLiteral ? uniform.Count.Text : $"(int)({uniform.Count.Text})";
        string elements = $"[.. Enumerable.Range(0, {count}).Select(i => new {className(repeated.Template)}({uniform.Call.ArgumentList}))]";
        return repeated.IsList ? $"new ModuleList<{className(repeated.Template)}>({elements})" : elements;
    }

    /// <summary>Repetitions that differ, each on a line of its own.</summary>
    private static void WriteList(CodeWriter code, RepeatedBlock repeated, Func<Block, string> className)
    {
        string name = ElementType(repeated, className);
        code.Line(repeated.IsList ? $"{repeated.Property} = new ModuleList<{name}>(" : $"{repeated.Property} =").Line("[");
        foreach (BlockCall call in repeated.Calls) code.Line($"    new {className(call.Block)}({call.ArgumentList}),");
        code.Line(repeated.IsList ? "]);" : "];");
    }

    private static string? ComponentName(Node node) => node.Op switch
    {
        RepeatedBlock { IsList: true } list => list.Prefix.TrimEnd('.'),
        RepeatedBlock => null,
        _ => node.Member,
    };

    private static string StateName(Node node) => node.Op switch
    {
        RepeatedBlock { IsList: true } list => $"{list.Prefix}{{i}}",
        RepeatedBlock repeated => $"{repeated.Prefix}{{i + {repeated.First.ToString(CultureInfo.InvariantCulture)}}}",
        _ => node.Member,
    };

    private static string Summary(Node node) => node.Op switch
    {
        BlockCall call => call.Block.Summary,
        RepeatedBlock repeated => repeated.Template.Summary,
        _ => node.Op.Member!.Summary + ".",
    };
}
