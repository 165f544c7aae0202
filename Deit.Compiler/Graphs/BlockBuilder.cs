using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Graphs;

/// <summary>Builds a block operator by operator; every shape is inferred and checked as it is added.</summary>
/// <param name="className">The name of the class.</param>
/// <param name="summary">What the block is, in a sentence.</param>
internal sealed class BlockBuilder(string className, string summary)
{
    private readonly List<BlockArgument> _arguments = [];
    private readonly List<Value> _inputs = [];
    private readonly List<Node> _nodes = [];

    /// <summary>Declares a whole number that differs between uses of the block.</summary>
    public Size Argument(string name, Size value, string summary)
    {
        _arguments.Add(new("long", name, summary));
        return new(value.Value, name);
    }

    /// <summary>Declares a fraction that differs between uses of the block and that no shape depends on.</summary>
    public string Fraction(string name, string summary)
    {
        _arguments.Add(new("double", name, summary));
        return name;
    }

    /// <summary>Declares an input.</summary>
    public Value Input(string name, TensorType type)
    {
        var value = new Value(name, type);
        _inputs.Add(value);
        return value;
    }

    /// <summary>Adds an operator without state; the result is held in the variable <paramref name="name"/>.</summary>
    public Value Add(string name, Op op, params Value[] inputs) => AddMember(name, "", op, inputs);

    /// <summary>Adds an operator with state, under the name it has in a state_dict.</summary>
    /// <exception cref="GraphException">The inputs do not fit, or the member exists.</exception>
    public Value AddMember(string name, string member, Op op, params Value[] inputs)
    {
        if (member.Length > 0 && _nodes.Any(node => node.Member == member)) throw GraphException.Shape($"there are two members named '{member}'");
        try
        {
            var output = new Value(name, op.Infer([.. inputs.Select(static input => input.Type)]));
            if (output.Type.Dims.Any(static dim => dim.Size.Value < 1)) throw new GraphException(Rules.FeatureMapVanishes, $"the output {output.Type} is empty");
            // What TorchSharp and the description count extents with.
            if (output.Type.Dims.Any(static dim => dim.Size.Value > int.MaxValue)) throw new GraphException(Rules.TooLarge, $"the output {output.Type} is larger than {Spelling.Grouped(int.MaxValue)} along one side");
            _nodes.Add(new(op, member, [.. inputs], output));
            return output;
        }
        catch (GraphException exception)
        {
            throw exception.Inside(member.Length > 0 ? member : op.Kind);
        }
    }

    /// <summary>The block.</summary>
    public Block Build(params Value[] outputs) =>
        new(className, summary, [.. _arguments], [.. _inputs], [.. _nodes], [.. outputs]);
}
