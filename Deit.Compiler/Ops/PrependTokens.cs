using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>Learned tokens in front of every image's sequence. The sequence is the last input.</summary>
internal sealed record PrependTokens : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "prepend_tokens", "Learned tokens in front of every image's sequence, the last input.", [], static (_, _) => new PrependTokens())
    { Inputs = 2, TakesMore = true };

    /// <inheritdoc/>
    public override string Kind => nameof(PrependTokens);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType sequence = inputs[inputs.Count - 1];
        if (inputs.FirstOrDefault(static input => input.Rank != 3) is { } odd) throw GraphException.Shape($"expected tokens (B, tokens, width), found {odd}");
        Size length = sequence[1];
        foreach (TensorType token in inputs.Take(inputs.Count - 1))
        {
            if (token[-1].Value != sequence[-1].Value) throw GraphException.Shape($"a token {token} does not fit the sequence {sequence}");
            length = length.Value + token[1].Value;
        }

        return sequence with { Dims = new([sequence.Dims[0], length, sequence.Dims[2]]) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments)
    {
        string sequence = arguments[arguments.Count - 1];
        IEnumerable<string> tokens = arguments.Take(arguments.Count - 1).Select(token => $"{token}.expand({sequence}.shape[0], -1, -1)");
        return $"cat([{string.Join(", ", tokens)}, {sequence}], 1)";
    }
}
