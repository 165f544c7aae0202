using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

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
}
