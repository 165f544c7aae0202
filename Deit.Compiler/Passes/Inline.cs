using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Passes;

/// <summary>
/// A block without blocks inside, so that passes see what meets across their borders: a residual and the layer that ends its
/// branch. Whatever repeats, and whatever is made of further blocks, stays whole: it becomes a unit with methods of its own.
/// </summary>
/// <param name="Inputs">What it is called with.</param>
/// <param name="Nodes">Operators, and calls of units, in the order of their execution; a node's member is its path.</param>
/// <param name="Outputs">What it returns.</param>
internal sealed record FlatBlock(ImmutableArray<Value> Inputs, ImmutableArray<Node> Nodes, ImmutableArray<Value> Outputs);

/// <summary>Flattens blocks.</summary>
internal static class Inline
{
    /// <summary>The model, with its units as calls.</summary>
    public static FlatBlock Model(Block root) => Flatten(root, insideUnit: false);

    /// <summary>A unit, with nothing inside.</summary>
    public static FlatBlock Unit(Block block) => Flatten(block, insideUnit: true);

    private static FlatBlock Flatten(Block block, bool insideUnit)
    {
        var nodes = new List<Node>();
        ImmutableArray<Value> outputs = Append(block, "", block.Inputs, nodes, insideUnit ? null : block.Inputs[0]);
        return new(block.Inputs, [.. nodes], outputs);
    }

    private static ImmutableArray<Value> Append(Block block, string path, ImmutableArray<Value> arguments, List<Node> nodes, Value? images)
    {
        var outside = new Dictionary<Value, Value>();
        for (int i = 0; i < arguments.Length; i++) outside[block.Inputs[i]] = arguments[i];

        foreach (Node node in block.Nodes)
        {
            string place = Block.Join(path, node.Member);
            ImmutableArray<Value> inputs = [.. node.Inputs.Select(input => outside[input])];
            outside[node.Output] = node.Op switch
            {
                BlockCall call when images is null || inputs.Contains(images) || !IsUnit(call.Block) => Append(call.Block, place, inputs, nodes, images)[0],
                RepeatedBlock repeated => repeated.Named.Aggregate(inputs[0], (value, repetition) => images is null
                    ? Append(repetition.Call.Block, Block.Join(place, repetition.Name), [value], nodes, images)[0]
                    : Add(repetition.Call, Block.Join(place, repetition.Name), [value], value.Type)),
                _ => Add(node.Op, place, inputs, node.Output.Type, node.Output.Name),
            };
        }

        return [.. block.Outputs.Select(output => outside[output])];

        Value Add(Op op, string place, ImmutableArray<Value> inputs, TensorType type, string name = "y")
        {
            var value = new Value(name, type);
            nodes.Add(new(op, place, inputs, value));
            return value;
        }
    }

    /// <summary>Whether a block is made of blocks and none of them repeats: a residual block, whose branch has layers of several operators.</summary>
    private static bool IsUnit(Block block) => block.Nodes.Any(static node => node.Op is BlockCall) && !ContainsRepetition(block);

    private static bool ContainsRepetition(Block block) => block.Nodes.Any(static node =>
        node.Op is RepeatedBlock || (node.Op is BlockCall call && ContainsRepetition(call.Block)));
}
