using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>
/// softmax(QKᵀ / √d) V in every head (Vaswani et al., arXiv 1706.03762, equation 1), each of shape (B, heads, N, d).
/// </summary>
internal sealed record ScaledDotProductAttention : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "scaled_dot_product_attention", "Attention of queries, keys and values by head.", [], static (_, _) => new ScaledDotProductAttention())
    { Inputs = 3 };

    /// <inheritdoc/>
    public override string Kind => nameof(ScaledDotProductAttention);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) =>
        inputs.Count == 3 && inputs.All(input => input.Rank == 4 && input.Equals(inputs[0]))
            ? inputs[0]
            : throw GraphException.Shape($"expected queries, keys and values of one shape (B, heads, tokens, head width), found {string.Join(", ", inputs)}");

    /// <summary>Both products, QKᵀ and that of the probabilities with V.</summary>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) =>
        checked(2 * output[1].Value * output[2].Value * output[2].Value * output[3].Value);

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        $"functional.scaled_dot_product_attention({string.Join(", ", arguments)})";
}
