using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>x Φ(x), with the exact error function (Hendrycks and Gimpel, arXiv 1606.08415).</summary>
internal sealed record Gelu : Elementwise
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("gelu", "x Φ(x), element by element.", [], static (_, _) => new Gelu());

    /// <inheritdoc/>
    public override string Kind => "GELU";

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"functional.gelu({arguments[0]})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Gelu", scope.Inputs);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [Function(pass, node, "Gelu", gradientReads: "x")];
}
