using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>The heads' outputs side by side: (B, heads, N, d) to (B, N, heads · d).</summary>
internal sealed record MergeHeads : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("merge_heads", "The heads' outputs side by side.", [], static (_, _) => new MergeHeads());

    /// <inheritdoc/>
    public override string Kind => nameof(MergeHeads);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 4) throw GraphException.Shape($"expected (B, heads, tokens, head width), found {x}");
        return x with { Dims = new([x.Dims[0], x.Dims[2], x[1] * x[3]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]}.transpose(1, 2).flatten(2)";
}
