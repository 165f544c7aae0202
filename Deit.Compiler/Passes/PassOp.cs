using System;
using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;

namespace Deit.Compiler.Passes;

/// <summary>An operator that passes make of others: it is trained, but no declaration names it, and no reference module or export has it.</summary>
internal abstract record PassOp : Op
{
    /// <inheritdoc/>
    public sealed override string Kind => GetType().Name;

    /// <inheritdoc/>
    public sealed override string Call(string member, IReadOnlyList<string> arguments) => throw OfPasses();

    /// <inheritdoc/>
    internal sealed override string ToOnnx(OnnxScope scope) => throw OfPasses();

    private InvalidOperationException OfPasses() => new($"{Kind} is known to passes alone.");
}
