using System.Collections.Generic;

namespace Deit.Compiler.Ops;

/// <summary>1 / (1 + exp(-x)).</summary>
internal sealed record Sigmoid : Elementwise
{
    /// <inheritdoc/>
    public override string Kind => "Sigmoid";

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]}.sigmoid()";
}
