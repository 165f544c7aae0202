using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Reflection;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Graphs;

/// <summary>How a <c>family: graph</c> model writes an operator. It stands in the operator's own file.</summary>
/// <param name="Name">The operator's name in YAML.</param>
/// <param name="Description">What it does, in a sentence.</param>
/// <param name="Keys">What can be stated of it.</param>
/// <param name="Create">Makes it of what is stated and of the types of its inputs.</param>
internal sealed record OpDeclaration(
    string Name, string Description, ImmutableArray<Key> Keys, Func<SpecTable, IReadOnlyList<TensorType>, Op> Create)
{
    /// <summary>How many inputs it takes.</summary>
    public int Inputs { get; init; } = 1;

    /// <summary>Whether it takes any number of inputs from <see cref="Inputs"/> on.</summary>
    public bool TakesMore { get; init; }

    /// <summary>Whether it has state, and so needs a name.</summary>
    public bool HasState { get; init; }

    /// <summary>Every declared operator by its name: a file with a <c>Declaration</c> in Ops/ is all it takes.</summary>
    public static ImmutableSortedDictionary<string, OpDeclaration> All { get; } = typeof(OpDeclaration).Assembly.GetTypes()
        .Where(static type => type.Namespace == typeof(Ops.Linear).Namespace)
        .Select(static type => type.GetProperty("Declaration", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<OpDeclaration>()
        .ToImmutableSortedDictionary(static declaration => declaration.Name, static declaration => declaration, StringComparer.Ordinal);
}
