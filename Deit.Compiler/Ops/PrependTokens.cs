using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

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

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope)
    {
        string sequence = scope.Inputs[scope.Inputs.Count - 1];
        string batch = scope.Add("Shape", [sequence], OnnxAttribute.Integer("start", 0), OnnxAttribute.Integer("end", 1));
        string repetitions = scope.Add("Concat", [batch, scope.Integers(1, 1)], OnnxAttribute.Integer("axis", 0));
        string[] tokens = [.. scope.Inputs.Take(scope.Inputs.Count - 1).Select(token => scope.Add("Expand", [token, repetitions]))];
        return scope.Add("Concat", [.. tokens, sequence], OnnxAttribute.Integer("axis", 1));
    }

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass[node.Inputs[node.Inputs.Length - 1]];
        Slot y = x;
        for (int i = node.Inputs.Length - 2; i >= 0; i--) y = Prepend(pass, pass[node.Inputs[i]], y);
        return [y];
    }

    private static Slot Prepend(Lowering pass, Slot token, Slot x)
    {
        Slot y = pass.New("tokens", x.Shape with { Rows = x.Shape.Rows + token.Shape.Rows });
        pass.Call("PrependTokens", Instruction.Read("tokens", token), Instruction.Read("x", x), Instruction.Write("y", y));
        pass.Gradient(y, dy =>
        {
            Slot dTokens = Lowering.NewGradient(token);
            Slot dx = Lowering.NewGradient(x);
            pass.Call("PrependTokensBackward", Instruction.Read("dy", dy), Instruction.Write("dTokens", dTokens), Instruction.Write("dx", dx));
            pass.Accumulate(token, dTokens);
            pass.Accumulate(x, dx);
        });
        return y;
    }
}
