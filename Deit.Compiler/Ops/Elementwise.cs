using System.Collections.Generic;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Ops;

/// <summary>A function of one tensor, element by element.</summary>
internal abstract record Elementwise : Op
{
    /// <inheritdoc/>
    public sealed override TensorType Infer(IReadOnlyList<TensorType> inputs) => inputs[0];
}
