using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>y = x Wᵀ + b on the last dimension.</summary>
internal sealed record Linear(Size In, Size Out, Initialization Initialization, bool HasBias = true) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "linear", "A linear layer on the last dimension.",
        [
            new("out", ValueKind.Integer, "Features that go out.") { Required = true, Minimum = 1, Maximum = 1_000_000 },
            new("bias", ValueKind.Boolean, "Whether a constant is added to each.") { Default = true },
        ],
        static (values, inputs) => new Linear(inputs[0][-1], values.Integer("out"), Initialization.TruncatedNormal(0.02), values.Boolean("bias")))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(Linear);

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new(HasBias
        ? [Parameter.Learned("weight", Out, In), Parameter.Learned("bias", Out)]
        : [Parameter.Learned("weight", Out, In)]);

    /// <inheritdoc/>
    public override MemberCode Member => new(
        nameof(Linear),
        $"Linear({In}, {Out}{(HasBias ? "" : ", hasBias: false")}){Initialization.Code}",
        $"{In} → {Out}");

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x[-1].Value != In.Value) throw GraphException.Shape($"expected {In.Value} features, found {x[-1].Value} in {x}");
        return x with { Dims = new(x.Dims.Take(x.Rank - 1).Append(Out)) };
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) => checked(inputs[0].ElementsPerImage * Out.Value);

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";
}
