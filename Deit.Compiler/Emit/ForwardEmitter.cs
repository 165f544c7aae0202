using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Emit;

/// <summary>Writes a block's <c>forward</c>: a line an operator, with the shape of its output beside it.</summary>
internal static class ForwardEmitter
{
    private const int FurthestComment = 100;

    /// <summary>Writes the method.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="block">The block.</param>
    /// <param name="className">The names of the classes that blocks have become.</param>
    public static void Write(CodeWriter code, Block block, Func<Block, string> className)
    {
        bool distilled = block.Outputs.Length == 2;
        string output = distilled ? "DistilledLogits" : "Tensor";
        string shapes = string.Join(", ", block.Inputs.Select(static input => input.Type.ToString()));
        code.Documentation("summary", $"{shapes} → {string.Join(" and ", block.Outputs.Select(static value => value.Type.ToString()))}");
        code.Open($"public override {output} forward({string.Join(", ", block.Inputs.Select(static input => $"Tensor {input.Name}"))})");
        code.Line("using DisposeScope scope = NewDisposeScope();");
        ImmutableArray<string> outputs = WriteStatements(code, block, className);
        code.Line(distilled
            ? $"return new DistilledLogits({outputs[0]}, {outputs[1]}).MoveToOuterDisposeScope();"
            : $"return {outputs[0]}.MoveToOuterDisposeScope();");
        code.Close();
    }

    /// <summary>The constructor's arguments that the forward pass reads too: they are kept in fields.</summary>
    public static IEnumerable<BlockArgument> KeptArguments(Block block) => block.Arguments.Where(argument => block.Nodes.Any(
        node => node.Op is not (BlockCall or RepeatedBlock) && Regex.IsMatch(node.Op.Call("", [.. node.Inputs.Select(static _ => "")]), $@"\b{argument.Name}\b")));

    /// <summary>Writes a statement for each operator and gives the expressions of the block's outputs.</summary>
    private static ImmutableArray<string> WriteStatements(CodeWriter code, Block block, Func<Block, string> className)
    {
        // The value that each variable holds at this line; a learned tensor is read from its property instead.
        Dictionary<string, Value> variables = block.Inputs.ToDictionary(static input => input.Name);
        var properties = new Dictionary<Value, string>();
        var lines = new List<(string Statement, string Comment)>();

        foreach (Node node in block.Nodes)
        {
            ImmutableArray<string> arguments = [.. node.Inputs.Select(input => Read(input, variables, properties))];
            string property = node.Member.Length > 0 || node.Op is RepeatedBlock ? Names.Property(node) : "";
            if (node.Op is Ops.LearnedTensor)
            {
                properties[node.Output] = property;
                continue;
            }

            string target = node.Output.Name;
            string declaration = variables.ContainsKey(target) ? target : $"Tensor {target}";
            string type = node.Output.Type.ToString();
            if (node.Op is RepeatedBlock repeated)
            {
                if (arguments[0] != target) lines.Add(($"{declaration} = {arguments[0]};", type));
                lines.Add(($"foreach ({BlockEmitter.ElementType(repeated, className)} block in {property}) {target} = block.call({target});", type));
            }
            else
            {
                lines.Add(($"{declaration} = {Kept(block, node.Op.Call(property, arguments))};", type));
            }

            variables[target] = node.Output;
        }

        int column = lines.Aggregate(0, static (longest, line) => Math.Min(Math.Max(longest, line.Statement.Length), FurthestComment));
        foreach ((string statement, string comment) in lines) code.Line($"{statement.PadRight(column)} // {comment}");
        return [.. block.Outputs.Select(output => Read(output, variables, properties))];
    }

    private static string Kept(Block block, string expression) => KeptArguments(block).Aggregate(
        expression, static (text, argument) => Regex.Replace(text, $@"\b{argument.Name}\b", $"_{argument.Name}"));

    private static string Read(Value value, Dictionary<string, Value> variables, Dictionary<Value, string> properties)
    {
        if (properties.TryGetValue(value, out string? property)) return property;
        return variables.TryGetValue(value.Name, out Value? held) && held == value
            ? value.Name
            : throw new InvalidOperationException($"The variable '{value.Name}' was given another value before this one was read.");
    }
}
