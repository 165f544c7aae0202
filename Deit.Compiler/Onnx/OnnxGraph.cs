using System.Diagnostics.CodeAnalysis;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Onnx;

/// <summary>
/// A model as an ONNX graph (https://onnx.ai): all that the file holds except the elements of the weights, which are named by
/// their entries in the state_dict.
/// </summary>
/// <param name="Name">The model's name.</param>
/// <param name="Summary">What it is, in a sentence.</param>
/// <param name="Nodes">Its operators in the order of their execution.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
/// <param name="Intermediates">The types of values in between, for readers that infer no shapes.</param>
/// <param name="Weights">The tensors of the state_dict that nodes read, in the order of their first use.</param>
/// <param name="Constants">Shapes, axes and factors that nodes read.</param>
public sealed record OnnxGraph(
    string Name,
    string Summary,
    EquatableArray<OnnxNode> Nodes,
    EquatableArray<OnnxValue> Inputs,
    EquatableArray<OnnxValue> Outputs,
    EquatableArray<OnnxValue> Intermediates,
    EquatableArray<OnnxWeight> Weights,
    EquatableArray<OnnxConstant> Constants)
{
    /// <summary>The version of the operator set (domain <c>ai.onnx</c>) that the nodes are of: the newest that ONNX Runtime 1.31 takes.</summary>
    public const long Opset = 26;

    /// <summary>The version of the file format that came with that operator set.</summary>
    public const long IrVersion = 13;
}

/// <summary>An operator of ONNX applied to values. Each of ours has one output.</summary>
/// <param name="Name">Its name, which no other node has.</param>
/// <param name="Operator">The operator's name in ONNX.</param>
/// <param name="Inputs">The names of what it is applied to.</param>
/// <param name="Output">The name of what it gives.</param>
/// <param name="Attributes">What else it is told.</param>
public sealed record OnnxNode(string Name, string Operator, EquatableArray<string> Inputs, string Output, EquatableArray<OnnxAttribute> Attributes);

/// <summary>What an operator is told beside its inputs.</summary>
/// <param name="Name">Its name in ONNX.</param>
/// <param name="Value">A <see cref="long"/>, a <see cref="float"/> or an <see cref="EquatableArray{T}"/> of <see cref="long"/>.</param>
[SuppressMessage("Naming", "CA1711", Justification = "ONNX calls it an attribute.")]
public sealed record OnnxAttribute(string Name, object Value)
{
    /// <summary>A whole number.</summary>
    public static OnnxAttribute Integer(string name, long value) => new(name, value);

    /// <summary>A list of whole numbers.</summary>
    public static OnnxAttribute Integers(string name, params long[] values) => new(name, new EquatableArray<long>(values));

    /// <summary>A number; ONNX keeps it in single precision.</summary>
    public static OnnxAttribute Number(string name, double value) => new(name, (float)value);
}

/// <summary>A named value.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record OnnxValue(string Name, TensorType Type);

/// <summary>A tensor of the state_dict as the graph holds it.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Entry">Its name in the state_dict.</param>
/// <param name="Shape">Its shape in the graph.</param>
/// <param name="IsTransposed">Whether the graph holds the transpose of the entry, a matrix.</param>
public sealed record OnnxWeight(string Name, string Entry, EquatableArray<long> Shape, bool IsTransposed)
{
    /// <summary>The shape of the entry.</summary>
    public EquatableArray<long> EntryShape => IsTransposed ? new([Shape[1], Shape[0]]) : Shape;
}

/// <summary>A small tensor that is part of the graph.</summary>
/// <param name="Name">Its name.</param>
public abstract record OnnxConstant(string Name);

/// <summary>Whole numbers: a shape, axes, an index.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">The numbers.</param>
/// <param name="IsScalar">Whether the one number is a scalar rather than a vector of one.</param>
public sealed record OnnxIntegers(string Name, EquatableArray<long> Values, bool IsScalar) : OnnxConstant(Name);

/// <summary>A factor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The number.</param>
public sealed record OnnxNumber(string Name, float Value) : OnnxConstant(Name);
