using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>The mean of an image's patch tokens: (B, N, C) to (B, C).</summary>
/// <param name="PrefixTokens">The tokens in front that are left out.</param>
internal sealed record TokenMean(Size PrefixTokens) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "token_mean", "The mean of an image's tokens.",
        [new("skip", ValueKind.Integer, "The tokens in front that are left out.") { Default = 0L, Minimum = 0, Maximum = 1_000_000 }],
        static (values, _) => new TokenMean(values.Integer("skip")));

    /// <inheritdoc/>
    public override string Kind => nameof(TokenMean);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank != 3 || x[1].Value <= PrefixTokens.Value) throw GraphException.Shape($"there are no tokens after the first {PrefixTokens.Value} in {x}");
        return x with { Dims = new([x.Dims[0], x.Dims[2]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => PrefixTokens.Value == 0
        ? $"{arguments[0]}.mean([1])"
        : $"{arguments[0]}[.., {PrefixTokens}.., ..].mean([1])";
}
