using System.Collections.Generic;

namespace Deit.Compiler.Ops;

/// <summary>max(x, 0).</summary>
internal sealed record Relu : Elementwise
{
    /// <inheritdoc/>
    public override string Kind => "ReLU";

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"functional.relu({arguments[0]})";
}
