using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>x / (1 + exp(-x)), also called swish (Hendrycks and Gimpel, arXiv 1606.08415, section 2; Ramachandran et al., arXiv 1710.05941).</summary>
internal sealed record Silu : Elementwise
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("silu", "x / (1 + exp(-x)), element by element.", [], static (_, _) => new Silu());

    /// <inheritdoc/>
    public override string Kind => "SiLU";

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"functional.silu({arguments[0]})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Mul", [scope.Input, scope.Add("Sigmoid", scope.Inputs)]);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [Function(pass, node, "Silu", gradientReads: "x")];
}
