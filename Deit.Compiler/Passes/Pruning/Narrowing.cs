using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;

namespace Deit.Compiler.Passes.Pruning;

/// <summary>Computes values for the first tokens alone, as far back as every token is treated by itself.</summary>
internal sealed class Narrowing
{
    private readonly List<Node> _nodes;
    private readonly long _count;
    private readonly Dictionary<Value, Value> _narrow = [];

    /// <summary>Begins with the operators as they are.</summary>
    /// <param name="nodes">The operators.</param>
    /// <param name="count">How many tokens are wanted.</param>
    public Narrowing(ImmutableArray<Node> nodes, long count)
    {
        _nodes = [.. nodes];
        _count = count;
    }

    /// <summary>The operators, those that compute values for all tokens and those for the first alone.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The value with the first tokens alone.</summary>
    /// <param name="value">The value.</param>
    /// <param name="readers">How many operators read it, of those that will read the narrow one.</param>
    public Value Narrow(Value value, int readers = 1)
    {
        if (_narrow.TryGetValue(value, out Value? known)) return known;

        // A layer is not applied twice, to all tokens for one reader and to the first for another.
        Node? producer = Producer(value);
        bool isNeededWhole = producer?.Op.Parameters.Count > 0 && _nodes.Count(node => node.Inputs.Contains(value)) > readers;
        Value narrow = producer is null || isNeededWhole ? Take(value, After(value)) : Narrow(producer);
        _narrow[value] = narrow;
        return narrow;
    }

    private Value Narrow(Node node) => node.Op switch
    {
        LayerNorm or Gelu or Relu or Sigmoid or DropPath or LayerScale or Linear => Again(node, [Narrow(node.Inputs[0])]),
        Dropout dropout => Again(node with { Op = dropout with { AllTokens = node.Output.Type[1].Value } }, [Narrow(node.Inputs[0])]),
        Add when node.Inputs.All(static input => input.Type.Rank == 3 && input.Type.Dims[0].IsBatch) => Again(node, [Narrow(node.Inputs[0]), Narrow(node.Inputs[1])]),
        MergeHeads when FindAttention(node) is { } attention => Ask(node, attention),
        BlockCall call => Unit(node, call),
        _ => Take(node.Output, After(node.Output)),
    };

    /// <summary>The same operator on other inputs.</summary>
    private Value Again(Node node, ImmutableArray<Value> inputs) => Insert(node.Op, node.Member, inputs, node.Output.Name, After(node.Output));

    private Value Take(Value value, int place) => Insert(new LeadingTokens(_count), "", [value], value.Name, place);

    /// <summary>Queries of the first tokens, keys and values of all.</summary>
    private Value Ask(Node merge, (Node Split, Node Packed) attention)
    {
        var packed = (Linear)attention.Packed.Op;
        long width = packed.Out.Value / 3;
        Value x = attention.Packed.Inputs[0];
        int place = After(merge.Output);
        Value kv = Insert(new PartOfLinear(packed, width, 2 * width, "kv"), attention.Packed.Member, [x], "kv", place);
        Value leading = Take(x, place);
        Value q = Insert(new PartOfLinear(packed, 0, width, "q"), attention.Packed.Member, [leading], "q", After(kv));
        return Insert(new LeadingAttention(((SplitHeads)attention.Split.Op).Heads.Value), merge.Member, [q, kv], merge.Output.Name, After(q));
    }

    /// <summary>The layer that packs queries, keys and values, where nothing happens to them before they attend.</summary>
    private (Node Split, Node Packed)? FindAttention(Node merge)
    {
        if (Producer(merge.Inputs[0]) is not { Op: ScaledDotProductAttention } attention) return null;
        Node?[] parts = [.. attention.Inputs.Select(Producer)];
        bool inOrder = parts.Select(static (part, i) => part?.Op is Unpack unpack && unpack.Index == i).All(static fits => fits);
        if (!inOrder || Producer(parts[0]!.Inputs[0]) is not { Op: SplitHeads } split || parts.Any(part => part!.Inputs[0] != split.Output)) return null;
        return Producer(split.Inputs[0]) is { Op: Linear } packed ? (split, packed) : null;
    }

    /// <summary>A block of its own, whose inside is narrowed.</summary>
    private Value Unit(Node node, BlockCall call)
    {
        FlatBlock flat = Inline.Unit(call.Block);
        var inside = new Narrowing(flat.Nodes, _count);
        Value narrow = inside.Narrow(flat.Outputs[0]);
        ImmutableArray<Node> nodes = Prune.WithoutUnread([.. inside.Nodes], [narrow]);
        var block = new Block("Pruned" + call.Block.ClassName, $"{call.Block.Summary} For the first {_count} tokens alone, which are all that is read.", [], flat.Inputs, nodes, [narrow]);
        return Insert(new BlockCall(block, []), node.Member, node.Inputs, node.Output.Name, After(node.Output), narrow.Type);
    }

    private Value Insert(Op op, string member, ImmutableArray<Value> inputs, string name, int place, TensorType? type = null)
    {
        var value = new Value(name, type ?? op.Infer([.. inputs.Select(static input => input.Type)]));
        int ready = inputs.Select(After).Append(place).Max();
        _nodes.Insert(ready, new(op, member, inputs, value));
        return value;
    }

    private Node? Producer(Value value) => _nodes.FirstOrDefault(node => node.Output == value);

    private int After(Value value) => _nodes.FindIndex(node => node.Output == value) + 1;
}
