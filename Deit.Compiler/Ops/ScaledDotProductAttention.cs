using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

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

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope)
    {
        // The queries are scaled rather than the products, of which there are more.
        string queries = scope.Add("Mul", [scope.Inputs[0], scope.Number(1 / Math.Sqrt(scope.InputType[3].Value))]);
        string products = scope.Add("MatMul", [queries, scope.Transpose(scope.Inputs[1], 0, 1, 3, 2)]);
        string probabilities = scope.Add("Softmax", [products], OnnxAttribute.Integer("axis", -1));
        return scope.Add("MatMul", [probabilities, scope.Inputs[2]]);
    }

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot[] inputs = [.. node.Inputs.Select(input => pass.Heads(input))];
        long tokens = node.Output.Type[2].Value;
        Slot y = pass.New("heads", inputs[0]);
        Slot probabilities = pass.New("probabilities", inputs[0].Shape with { Columns = tokens });
        pass.Call("AttentionByHead",
            Instruction.Read("q", inputs[0]), Instruction.Read("k", inputs[1]), Instruction.Read("v", inputs[2]), Instruction.Literal("tokens", Emit.Names.Number(tokens)),
            Instruction.Write("y", y), Instruction.Write("probabilities", probabilities));
        pass.Gradient(y, dy =>
        {
            Slot[] gradients = [.. inputs.Select(Lowering.NewGradient)];
            pass.Call("AttentionByHeadBackward",
                Instruction.Read("q", inputs[0]), Instruction.Read("k", inputs[1]), Instruction.Read("v", inputs[2]), Instruction.Read("probabilities", probabilities), Instruction.Read("dy", dy),
                Instruction.Literal("tokens", Emit.Names.Number(tokens)),
                Instruction.Write("dq", gradients[0]), Instruction.Write("dk", gradients[1]), Instruction.Write("dv", gradients[2]));
            for (int i = 0; i < 3; i++) pass.Accumulate(inputs[i], gradients[i]);
        });
        return [y];
    }
}
