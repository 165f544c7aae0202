using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace Deit.Compiler.Graphs;

/// <summary>One block applied several times in a row, each time with parameters of its own: it stays one block in the graph.</summary>
/// <param name="Property">The property that holds the repetitions in the generated class.</param>
/// <param name="Block">The block; its output has the type of its input.</param>
/// <param name="Arguments">The C# expressions of its constructor's arguments; <c>i</c> counts the repetitions from 0.</param>
/// <param name="Count">How often it is applied; none is possible.</param>
/// <param name="Prefix">The names' common beginning: <c>blocks.</c> for blocks.0, blocks.1; <c>b</c> for b2, b3.</param>
/// <param name="First">The number in the first name.</param>
internal sealed record RepeatedBlock(string Property, Block Block, ImmutableArray<string> Arguments, Size Count, string Prefix, int First) : Op
{
    private readonly BlockCall _call = new(Block, Arguments);

    /// <inheritdoc/>
    public override string Kind => Block.ClassName;

    /// <summary>The names of the repetitions.</summary>
    public IEnumerable<string> Names => Enumerable.Range(First, checked((int)Count.Value)).Select(i => Prefix + i.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new(Names.SelectMany(
        name => Block.Parameters.Select(parameter => parameter with { Name = Block.Join(name, parameter.Name) })));

    /// <summary>Whether the names are those of a list: a common name, a dot, a number.</summary>
    public bool IsList => Prefix.EndsWith(".", StringComparison.Ordinal);

    /// <inheritdoc cref="BlockCall.ArgumentList"/>
    public string ArgumentList => _call.ArgumentList;

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        if (Count.Value > 0 && !_call.Infer(inputs).Equals(inputs[0])) throw GraphException.Shape($"a repeated block must return what it takes, {inputs[0]}");
        return inputs[0];
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) => checked(Count.Value * Block.Macs);

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        throw new InvalidOperationException("A repeated block is emitted as a loop.");
}
