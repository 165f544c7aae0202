using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Emit;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>Builds one block of a graph from its steps; blocks inside are built for the shapes that reach them.</summary>
/// <param name="reader">The declaration.</param>
/// <param name="block">The block to build.</param>
/// <param name="input">What it is called with.</param>
internal sealed class GraphBuilder(GraphReader reader, BlockBuilder block, Value input)
{
    private readonly Dictionary<string, Value> _values = new() { [GraphStep.DefaultValue] = input };
    private readonly Dictionary<string, string> _variables = new() { [GraphStep.DefaultValue] = GraphStep.DefaultValue };

    // Names of variables that mean something else already: the input, and what the generated forward itself declares and calls.
    private readonly HashSet<string> _taken = [input.Name, GraphStep.DefaultValue, "block", "cat", "functional", "scope"];
    private readonly Dictionary<string, string> _members = [];
    private readonly Dictionary<Value, string> _unread = [];
    private Value _last = input;

    /// <summary>Builds the steps.</summary>
    /// <returns>What the last one gives.</returns>
    /// <exception cref="GraphException">A step does not fit; the exception tells which.</exception>
    public Value Build(ImmutableArray<GraphStep> steps)
    {
        foreach (GraphStep step in steps)
        {
            try
            {
                Value output = Add(step);
                _values[step.Output] = output;
                _unread[output] = step.Path;
                _last = output;
            }
            catch (GraphException exception)
            {
                throw exception.Blaming(step.Path);
            }
        }

        return _last;
    }

    /// <summary>The value of that name.</summary>
    /// <exception cref="GraphException">There is none; <paramref name="blame"/> is the path of what names it.</exception>
    public Value Read(string name, string blame)
    {
        if (!_values.TryGetValue(name, out Value? value))
        {
            throw new GraphException(Rules.UnknownKey, $"there is no value '{name}' here. {Suggestions.Sentence(name, _values.Keys)}").Blaming(blame);
        }

        _unread.Remove(value);
        return value;
    }

    /// <summary>Refuses what is computed and then read by nobody: a forgotten connection.</summary>
    public void RefuseUnused(IEnumerable<Value> outputs)
    {
        foreach (Value output in outputs) _unread.Remove(output);
        foreach (KeyValuePair<Value, string> unread in _unread.Take(1))
        {
            throw new GraphException(Rules.UnusedValue, $"what this step gives, '{unread.Key.Name}' {unread.Key.Type}, is read by nobody").Blaming(unread.Value);
        }
    }

    private Value Add(GraphStep step)
    {
        Value[] inputs = step.Inputs.Count > 0
            ? [.. step.Inputs.Select((name, i) => Read(name, step.Inputs.Count == 1 ? $"{step.Path}.input" : $"{step.Path}.input.{i}"))]
            : step.Op is { Inputs: 0 } ? [] : [TakeLast()];
        string variable = Variable(step.Output);
        if (step.Name.Length > 0) TakeMember(step.Name);
        if (step.Op is { } declaration)
        {
            bool fits = inputs.Length == declaration.Inputs || (declaration.TakesMore && inputs.Length > declaration.Inputs);
            if (!fits) throw GraphException.Shape($"'{declaration.Name}' takes {declaration.Inputs}{(declaration.TakesMore ? " or more" : "")} inputs, found {inputs.Length}");
            return block.AddMember(variable, step.Name, declaration.Create(step.Values, [.. inputs.Select(static value => value.Type)]), inputs);
        }

        if (inputs.Length != 1) throw GraphException.Shape($"a block takes one input, found {inputs.Length}");
        long repeat = step.Values.Integer("repeat");
        BlockCall call = Inner(reader.Blocks[step.Block!], step.Name, inputs[0].Type);
        return repeat == 1
            ? block.AddMember(variable, step.Name, call, inputs)
            : block.Add(variable, RepeatedBlock.Of(Spelling.ToPascalCase(step.Name), call, repeat, $"{step.Name}.", 0), inputs);
    }

    /// <summary>The variable that holds the values of that name: names that C# would not tell apart get a number.</summary>
    private string Variable(string name)
    {
        if (_variables.TryGetValue(name, out string? variable)) return variable;
        variable = Names.Free(Names.Identifier(Spelling.ToCamelCase(name)), _taken);
        _taken.Add(variable);
        _variables.Add(name, variable);
        return variable;
    }

    private void TakeMember(string name)
    {
        string property = Spelling.ToPascalCase(name);
        if (_members.TryGetValue(property, out string? other))
        {
            throw GraphException.Shape(other == name ? $"there are two members named '{name}'" : $"the members '{other}' and '{name}' would both be the property '{property}'");
        }

        _members.Add(property, name);
    }

    private Value TakeLast()
    {
        _unread.Remove(_last);
        return _last;
    }

    private BlockCall Inner(GraphBlock declared, string name, TensorType input)
    {
        try
        {
            var inner = new BlockBuilder(Spelling.ToPascalCase(declared.Name), declared.Summary);
            var builder = new GraphBuilder(reader, inner, inner.Input(GraphStep.DefaultValue, input));
            Value output = builder.Build(declared.Steps);
            builder.RefuseUnused([output]);
            return new(inner.Build(output), []);
        }
        catch (GraphException exception)
        {
            throw exception.Inside(name);
        }
    }
}
