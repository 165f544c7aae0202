using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>Layer normalisation over the last dimension, with scale and shift (Ba et al., arXiv 1607.06450).</summary>
internal sealed record LayerNorm(Size Width, double Epsilon) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "layer_norm", "Layer normalisation over the last dimension.",
        [new("eps", ValueKind.Number, "What is added to the variance.") { Default = 1e-6, Minimum = 0, Maximum = 1 }],
        static (values, inputs) => new LayerNorm(inputs[0][-1], values.Number("eps")))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(LayerNorm);

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new([Parameter.Learned("weight", Width), Parameter.Learned("bias", Width)]);

    /// <inheritdoc/>
    public override MemberCode Member => new(nameof(LayerNorm), $"LayerNorm({Width}, eps: {Spelling.Number(Epsilon)})", $"over {Width} features");

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) =>
        inputs[0][-1].Value == Width.Value
            ? inputs[0]
            : throw GraphException.Shape($"expected {Width.Value} features, found {inputs[0][-1].Value} in {inputs[0]}");

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";
}
