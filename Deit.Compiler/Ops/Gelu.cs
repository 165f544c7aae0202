using System.Collections.Generic;

namespace Deit.Compiler.Ops;

/// <summary>x Φ(x), with the exact error function (Hendrycks and Gimpel, arXiv 1606.08415).</summary>
internal sealed record Gelu : Elementwise
{
    /// <inheritdoc/>
    public override string Kind => "GELU";

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"functional.gelu({arguments[0]})";
}
