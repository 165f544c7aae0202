using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>The sum of two tensors of one shape: a residual connection. A parameter without a batch is added to every image.</summary>
internal sealed record Add : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("add", "The sum of two tensors of one shape: a residual connection.", [], static (_, _) => new Add()) { Inputs = 2 };

    /// <inheritdoc/>
    public override string Kind => nameof(Add);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType left = inputs[0];
        TensorType right = inputs[1];
        bool everyImage = !right.Dims[0].IsBatch && right.Dims[0].Size.Value == 1 && left.Dims.Skip(1).SequenceEqual(right.Dims.Skip(1));
        return left.Equals(right) || everyImage
            ? left
            : throw GraphException.Shape($"the sides of a sum differ: {left} and {right}");
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]} + {arguments[1]}";
}
