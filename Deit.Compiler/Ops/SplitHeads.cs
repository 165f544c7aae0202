using System.Collections.Generic;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>Packed queries, keys and values by head: (B, N, 3C) to (3, B, heads, N, C / heads).</summary>
internal sealed record SplitHeads(Size Heads) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "split_heads", "Packed queries, keys and values by head.",
        [new("heads", ValueKind.Integer, "Number of heads.") { Required = true, Minimum = 1, Maximum = 4096 }],
        static (values, _) => new SplitHeads(values.Integer("heads")));

    /// <inheritdoc/>
    public override string Kind => nameof(SplitHeads);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 3 || x[2].Value % (3 * Heads.Value) != 0)
        {
            throw new GraphException(Rules.WidthNotDivisibleByHeads, $"{x} cannot be split into queries, keys and values of {Heads.Value} heads");
        }

        Size width = x[2].Value / 3;
        return x with { Dims = new([3, x.Dims[0], Heads, x.Dims[1], width / Heads]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        $"{arguments[0]}.unflatten(2, 3, {Heads}, -1).permute(2, 0, 3, 1, 4)";
}
