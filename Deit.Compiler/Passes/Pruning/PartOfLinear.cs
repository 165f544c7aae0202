using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Pruning;

/// <summary>Some of the outputs of a linear layer.</summary>
/// <param name="Whole">The layer.</param>
/// <param name="First">The first output.</param>
/// <param name="Count">How many.</param>
/// <param name="Name">What they are.</param>
internal sealed record PartOfLinear(Linear Whole, long First, long Count, string Name) : PassOp
{
    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) => inputs[0] with { Dims = new([.. inputs[0].Dims.Take(inputs[0].Rank - 1), (Dim)Count]) };

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Features(node.Inputs[0]);
        return [Linear.Product(pass, x, pass.New(Name, x.Shape with { Columns = Count }), Whole.In.Value, Count, Whole.HasBias, First)];
    }
}
