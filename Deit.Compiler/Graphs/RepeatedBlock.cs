using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Onnx;

namespace Deit.Compiler.Graphs;

/// <summary>
/// One block applied several times in a row, each time with parameters of its own: it stays one block in the graph. Sizes
/// that nobody outside sees may differ from one repetition to the next.
/// </summary>
/// <param name="Property">The property that holds the repetitions in the generated class.</param>
/// <param name="Template">The block; all repetitions are of its class.</param>
/// <param name="Calls">The repetitions; there may be none.</param>
/// <param name="Prefix">The names' common beginning: <c>blocks.</c> for blocks.0, blocks.1; <c>b</c> for b2, b3.</param>
/// <param name="First">The number in the first name.</param>
internal sealed record RepeatedBlock(string Property, Block Template, ImmutableArray<BlockCall> Calls, string Prefix, int First) : Op
{
    /// <summary>
    /// The one expression that makes all repetitions; null where each is written out.
    /// </summary>
    public UniformCalls? Uniform { get; private init; }

    /// <inheritdoc/>
    public override string Kind => Template.ClassName;

    /// <summary>The repetitions with their names.</summary>
    public IEnumerable<(string Name, BlockCall Call)> Named => Calls.Select((call, i) => (Prefix + (First + i).ToString(CultureInfo.InvariantCulture), call));

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new(Named.SelectMany(
        static repetition => repetition.Call.Block.Parameters.Select(parameter => parameter with { Name = Block.Join(repetition.Name, parameter.Name) })));

    /// <summary>Whether the names are those of a list: a common name, a dot, a number.</summary>
    public bool IsList => Prefix.EndsWith(".", StringComparison.Ordinal);

    /// <summary>Repetitions that are all made by one expression.</summary>
    /// <param name="property">The property that holds them.</param>
    /// <param name="call">The expression; <c>i</c> counts the repetitions from 0.</param>
    /// <param name="count">How many there are; none is possible.</param>
    /// <param name="prefix">The names' common beginning.</param>
    /// <param name="first">The number in the first name.</param>
    public static RepeatedBlock Of(string property, BlockCall call, Size count, string prefix, int first) =>
        new(property, call.Block, [.. Enumerable.Repeat(call, checked((int)count.Value))], prefix, first) { Uniform = new(call, count) };

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        if (Calls.Any(call => !call.Infer(inputs).Equals(inputs[0]))) throw GraphException.Shape($"a repeated block must return what it takes, {inputs[0]}");
        return inputs[0];
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) => Calls.Aggregate(0L, static (sum, call) => checked(sum + call.Block.Macs));

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) =>
        throw new InvalidOperationException("A repeated block is emitted as a loop.");

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => Named.Aggregate(scope.Input, (x, repetition) => scope.Inline(repetition.Call.Block, repetition.Name, [x]));
}

/// <summary>Repetitions that are all made by one expression.</summary>
/// <param name="Call">The expression; <c>i</c> counts the repetitions from 0.</param>
/// <param name="Count">How many there are.</param>
internal sealed record UniformCalls(BlockCall Call, Size Count);
