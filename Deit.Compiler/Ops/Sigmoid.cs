using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>1 / (1 + exp(-x)).</summary>
internal sealed record Sigmoid : Elementwise
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("sigmoid", "1 / (1 + exp(-x)), element by element.", [], static (_, _) => new Sigmoid());

    /// <inheritdoc/>
    public override string Kind => "Sigmoid";

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]}.sigmoid()";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Sigmoid", scope.Inputs);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [Function(pass, node, "Sigmoid", gradientReads: "y")];
}
