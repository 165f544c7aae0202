using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Onnx;

/// <summary>Where an operator writes its ONNX nodes: it knows the names that the whole model has for what the operator sees.</summary>
internal sealed class OnnxScope
{
    private readonly OnnxBuilder _builder;
    private readonly Node _node;
    private readonly string _path;

    /// <summary>Makes the scope of one operator.</summary>
    /// <param name="builder">The model's graph.</param>
    /// <param name="node">The operator and its values.</param>
    /// <param name="path">Its place in the module tree; that of its block where it has no state.</param>
    /// <param name="inputs">The names of its inputs.</param>
    public OnnxScope(OnnxBuilder builder, Node node, string path, IReadOnlyList<string> inputs)
    {
        _builder = builder;
        _node = node;
        _path = path;
        Inputs = inputs;
    }

    /// <summary>The names of the inputs.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The name of the first input.</summary>
    public string Input => Inputs[0];

    /// <summary>The type of the first input.</summary>
    public TensorType InputType => _node.Inputs[0].Type;

    /// <summary>The type of the output.</summary>
    public TensorType OutputType => _node.Output.Type;

    /// <summary>Adds a node.</summary>
    /// <param name="operatorName">The operator's name in ONNX.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="attributes">What else it is told; what is left out has ONNX's default.</param>
    /// <returns>The name of its output.</returns>
    public string Add(string operatorName, IEnumerable<string> inputs, params OnnxAttribute[] attributes) =>
        _builder.Add(Block.Join(_path, operatorName), operatorName, inputs, attributes);

    /// <summary>Adds a node that moves dimensions.</summary>
    public string Transpose(string input, params long[] permutation) => Add("Transpose", [input], OnnxAttribute.Integers("perm", permutation));

    /// <summary>Adds a node that reads the elements in another shape. The first extent, the batch, stays.</summary>
    public string Reshape(string input, params IEnumerable<Size> rest) => Add("Reshape", [input, Integers([0, .. rest.Select(static size => size.Value)])]);

    /// <summary>The tensors that the operator owns, in the order of its parameters.</summary>
    public IReadOnlyList<string> Weights => [.. _node.Op.Parameters.Select(parameter => Weight(parameter.Name))];

    /// <summary>A tensor that the operator owns, under the name it has in the operator.</summary>
    public string Weight(string parameter) => _builder.Weight(Block.Join(_path, parameter), ShapeOf(parameter), isTransposed: false);

    /// <summary>The transpose of a matrix that the operator owns.</summary>
    public string TransposedWeight(string parameter) => _builder.Weight(Block.Join(_path, parameter), ShapeOf(parameter), isTransposed: true);

    /// <summary>A constant vector of whole numbers.</summary>
    public string Integers(params long[] values) => _builder.Integers(values, isScalar: false);

    /// <summary>A constant whole number.</summary>
    public string Integer(long value) => _builder.Integers([value], isScalar: true);

    /// <summary>A constant number.</summary>
    public string Number(double value) => _builder.Number((float)value);

    /// <summary>Adds all nodes of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="name">Its name below the operator's own place; empty for that place itself.</param>
    /// <param name="inputs">The names of what it is called with.</param>
    /// <returns>The name of what it gives.</returns>
    public string Inline(Block block, string name, IReadOnlyList<string> inputs) => _builder.Inline(block, Block.Join(_path, name), inputs)[0];

    private EquatableArray<long> ShapeOf(string parameter) => _node.Op.Parameters.First(owned => owned.Name == parameter).Shape;
}
