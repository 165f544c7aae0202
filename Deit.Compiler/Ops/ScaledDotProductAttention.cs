using System.Collections.Generic;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Ops;

/// <summary>
/// softmax(QKᵀ / √d) V in every head (Vaswani et al., arXiv 1706.03762, equation 1): (3, B, heads, N, d) to (B, heads, N, d).
/// </summary>
internal sealed record ScaledDotProductAttention : Op
{
    /// <inheritdoc/>
    public override string Kind => nameof(ScaledDotProductAttention);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 5 || x[0].Value != 3) throw GraphException.Shape($"expected (3, B, heads, tokens, head width), found {x}");
        return x with { Dims = new([x.Dims[1], x.Dims[2], x.Dims[3], x.Dims[4]]) };
    }

    /// <summary>Both products, QKᵀ and that of the probabilities with V.</summary>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) =>
        checked(2 * output[1].Value * output[2].Value * output[2].Value * output[3].Value);

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        $"functional.scaled_dot_product_attention({arguments[0]}[0], {arguments[0]}[1], {arguments[0]}[2])";
}
