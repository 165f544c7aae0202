using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;

namespace Deit.Compiler.Passes.Pruning;

/// <summary>
/// What the head does not read is not computed. A head that reads the first tokens alone needs the last block's queries, its
/// projection and its MLP for these tokens alone: outputs and gradients are the same, exactly.
/// </summary>
internal static class Prune
{
    /// <summary>Prunes a flattened model, where something before the head treats every token by itself.</summary>
    public static FlatBlock Apply(FlatBlock model)
    {
        foreach (Node node in model.Nodes)
        {
            ImmutableArray<Node> readers = Readers(model.Nodes, node.Output);
            if (readers.IsEmpty || model.Outputs.Contains(node.Output) || node.Output.Type.Rank != 3) continue;
            if (readers.Any(static reader => reader.Op is not TokenAt)) continue;

            long count = readers.Max(static reader => ((TokenAt)reader.Op).Index) + 1;
            var pruned = new Narrowing(model.Nodes, count);
            Value narrow = pruned.Narrow(node.Output, readers.Length);
            if (pruned.Nodes.Any(taken => taken.Op is LeadingTokens && taken.Inputs[0] == node.Output)) continue;

            return new(model.Inputs, WithoutUnread([.. pruned.Nodes.Select(kept => Reading(kept, node.Output, narrow))], model.Outputs), model.Outputs);
        }

        return model;
    }

    /// <summary>Removes the operators whose output nobody reads any more.</summary>
    public static ImmutableArray<Node> WithoutUnread(ImmutableArray<Node> nodes, ImmutableArray<Value> outputs)
    {
        while (nodes.FirstOrDefault(node => !outputs.Contains(node.Output) && Readers(nodes, node.Output).IsEmpty) is { } unread) nodes = nodes.Remove(unread);
        return nodes;
    }

    private static Node Reading(Node node, Value old, Value replacement) =>
        node with { Inputs = [.. node.Inputs.Select(input => input == old ? replacement : input)] };

    private static ImmutableArray<Node> Readers(IEnumerable<Node> nodes, Value value) => [.. nodes.Where(node => node.Inputs.Contains(value))];
}
