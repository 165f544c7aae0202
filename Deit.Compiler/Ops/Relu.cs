using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>max(x, 0).</summary>
internal sealed record Relu : Elementwise
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("relu", "max(x, 0), element by element.", [], static (_, _) => new Relu());

    /// <inheritdoc/>
    public override string Kind => "ReLU";

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"functional.relu({arguments[0]})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Relu", scope.Inputs);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [Function(pass, node, "Relu", gradientReads: "y")];
}
