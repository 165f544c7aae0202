using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Graphs;

/// <summary>A value in a block: the output of an operator, or an input of the block.</summary>
/// <param name="name">The variable that holds it in the generated code.</param>
/// <param name="type">Its type.</param>
public sealed class Value(string name, TensorType type)
{
    /// <summary>The variable that holds it in the generated code; several values may share one after another.</summary>
    public string Name { get; } = name;

    /// <summary>Its type.</summary>
    public TensorType Type { get; } = type;
}

/// <summary>An operator applied to values.</summary>
/// <param name="Op">The operator.</param>
/// <param name="Member">Its name in the module tree, empty where it has no state.</param>
/// <param name="Inputs">What it is applied to.</param>
/// <param name="Output">What it gives.</param>
public sealed record Node(Op Op, string Member, ImmutableArray<Value> Inputs, Value Output);

/// <summary>An argument of a block's constructor.</summary>
/// <param name="Type">Its C# type: <c>long</c> or <c>double</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it is, for its documentation.</param>
public sealed record BlockArgument(string Type, string Name, string Summary);

/// <summary>
/// A straight line of operators under one name: a class of the generated code. The whole model is a block too, whose
/// operators are mostly calls of others.
/// </summary>
/// <param name="ClassName">The name of the class.</param>
/// <param name="Summary">What it is, in a sentence, for its documentation.</param>
/// <param name="Arguments">What its constructor takes.</param>
/// <param name="Inputs">What it is called with.</param>
/// <param name="Nodes">Its operators in the order of their execution.</param>
/// <param name="Outputs">What it returns.</param>
public sealed record Block(
    string ClassName,
    string Summary,
    ImmutableArray<BlockArgument> Arguments,
    ImmutableArray<Value> Inputs,
    ImmutableArray<Node> Nodes,
    ImmutableArray<Value> Outputs)
{
    /// <summary>The tensors of its operators, under the names they have in the block.</summary>
    public IEnumerable<Parameter> Parameters => Nodes.SelectMany(static node => node.Op.Parameters.Select(
        parameter => parameter with { Name = Join(node.Member, parameter.Name) }));

    /// <summary>Multiply-accumulate operations an image takes.</summary>
    public long Macs => Nodes.Sum(static node => node.Op.Macs([.. node.Inputs.Select(static input => input.Type)], node.Output.Type));

    /// <summary>The path of <paramref name="name"/> in <paramref name="owner"/>; either may be empty.</summary>
    public static string Join(string owner, string name) =>
        owner.Length == 0 ? name : name.Length == 0 ? owner : $"{owner}.{name}";
}
