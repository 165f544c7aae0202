using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Emit;

/// <summary>One layer of a model.</summary>
/// <param name="Name">Its place in the module tree.</param>
/// <param name="Kind">The operator.</param>
/// <param name="Output">Shape of its output without the batch.</param>
/// <param name="Parameters">Number of trainable scalars.</param>
/// <param name="Macs">Multiply-accumulate operations an image takes.</param>
public sealed record Layer(string Name, string Kind, EquatableArray<long> Output, long Parameters, long Macs);

/// <summary>Flattens a graph into its layers: every operator that owns parameters or multiplies matrices.</summary>
internal static class LayerTable
{
    /// <summary>The layers in the order of their execution.</summary>
    public static IEnumerable<Layer> Of(Block block, string place = "")
    {
        foreach (Node node in block.Nodes)
        {
            switch (node.Op)
            {
                case BlockCall call:
                    foreach (Layer layer in Of(call.Block, Block.Join(place, node.Member))) yield return layer;
                    break;
                case RepeatedBlock repeated:
                    foreach (Layer layer in repeated.Named.SelectMany(repetition => Of(repetition.Call.Block, Block.Join(place, repetition.Name)))) yield return layer;
                    break;
                default:
                    long parameters = node.Op.Parameters.Where(static parameter => parameter.Trainable).Sum(static parameter => parameter.Count);
                    long macs = node.Op.Macs([.. node.Inputs.Select(static input => input.Type)], node.Output.Type);
                    if (parameters == 0 && macs == 0) break;

                    yield return new(Block.Join(place, node.Member), node.Op.Kind, new(node.Output.Type.ShapePerImage), parameters, macs);
                    break;
            }
        }
    }
}
