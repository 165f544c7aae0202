using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Emit;
using Deit.Compiler.Families;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Onnx;

/// <summary>Collects the ONNX graph of a model. Blocks have no counterpart in it: their operators stand one after another.</summary>
internal sealed class OnnxBuilder
{
    /// <summary>The name of the input.</summary>
    public const string Images = "images";

    /// <summary>The name of the prediction.</summary>
    public const string Logits = "logits";

    /// <summary>The names of the outputs of the two heads of a distilled model.</summary>
    private static readonly string[] Heads = ["class_logits", "distillation_logits"];

    private readonly HashSet<string> _taken = [Images, Logits, .. Heads];
    private readonly List<OnnxNode> _nodes = [];
    private readonly Dictionary<string, TensorType> _types = [];
    private readonly List<OnnxWeight> _weights = [];
    private readonly List<OnnxConstant> _constants = [];

    // By what they are, so that equal ones are there once.
    private readonly Dictionary<string, string> _weightNames = [];
    private readonly Dictionary<string, string> _constantNames = [];

    private OnnxBuilder()
    {
    }

    /// <summary>The graph of a model.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="architecture">What its family built.</param>
    public static OnnxGraph Build(string name, Architecture architecture)
    {
        Block root = architecture.Root;
        var builder = new OnnxBuilder();
        string[] results = builder.Inline(root, "", [Images]);
        if (architecture.Distilled) builder.PublishHeads(results);
        else builder.Publish(results[0], Logits);

        string[] names = architecture.Distilled ? [Logits, .. Heads] : [Logits];
        IEnumerable<OnnxValue> intermediates = builder._nodes
            .Where(node => builder._types.ContainsKey(node.Output) && !names.Contains(node.Output))
            .Select(node => new OnnxValue(node.Output, builder._types[node.Output]));
        return new(
            name,
            root.Summary,
            new(builder._nodes),
            new([new(Images, root.Inputs[0].Type)]),
            new(names.Select(output => new OnnxValue(output, root.Outputs[0].Type))),
            new(intermediates),
            new(builder._weights),
            new(builder._constants));
    }

    /// <summary>Adds all operators of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="path">Its place in the module tree.</param>
    /// <param name="inputs">The names of what it is called with.</param>
    /// <returns>The names of what it gives.</returns>
    public string[] Inline(Block block, string path, IReadOnlyList<string> inputs)
    {
        var names = new Dictionary<Value, string>();
        for (int i = 0; i < inputs.Count; i++) names[block.Inputs[i]] = inputs[i];
        foreach (Node node in block.Nodes)
        {
            var scope = new OnnxScope(this, node, Block.Join(path, node.Member), [.. node.Inputs.Select(input => names[input])]);
            string output = node.Op.ToOnnx(scope);
            names[node.Output] = output;
            _types[output] = node.Output.Type;
        }

        return [.. block.Outputs.Select(output => names[output])];
    }

    /// <summary>Adds a node; it and its output have the name <paramref name="name"/>, with a number where another has it.</summary>
    public string Add(string name, string operatorName, IEnumerable<string> inputs, params OnnxAttribute[] attributes)
    {
        string free = Take(name);
        _nodes.Add(new(free, operatorName, new(inputs), free, new(attributes)));
        return free;
    }

    /// <summary>The name of a tensor of the state_dict, or of its transpose.</summary>
    public string Weight(string entry, EquatableArray<long> shape, bool isTransposed)
    {
        string wanted = isTransposed ? $"{entry}.transposed" : entry;
        if (_weightNames.TryGetValue(wanted, out string? known)) return known;
        string name = Take(wanted);
        _weights.Add(new(name, entry, isTransposed ? new([shape[1], shape[0]]) : shape, isTransposed));
        _weightNames.Add(wanted, name);
        return name;
    }

    /// <summary>The name of a constant.</summary>
    public string Integers(IReadOnlyList<long> values, bool isScalar) => Constant(
        $"{(isScalar ? "integer" : "integers")}_{string.Join("_", values.Select(static value => value.ToString(CultureInfo.InvariantCulture)))}",
        name => new OnnxIntegers(name, new(values), isScalar));

    /// <summary>The name of a constant.</summary>
    public string Number(float value) => Constant($"number_{value.ToString("R", CultureInfo.InvariantCulture)}", name => new OnnxNumber(name, value));

    private string Constant(string wanted, System.Func<string, OnnxConstant> create)
    {
        if (_constantNames.TryGetValue(wanted, out string? known)) return known;
        string name = Take(wanted);
        _constants.Add(create(name));
        _constantNames.Add(wanted, name);
        return name;
    }

    /// <summary>Gives the logits of both heads their names, and adds their mean: what a distilled model predicts from.</summary>
    private void PublishHeads(string[] results)
    {
        Publish(results[0], Heads[0]);
        if (results[1] == results[0]) AddOutput("Identity", [Heads[0]], Heads[1]);
        else Publish(results[1], Heads[1]);
        AddOutput("Mean", Heads, Logits);
    }

    private void AddOutput(string operatorName, IEnumerable<string> inputs, string name) =>
        _nodes.Add(new(Take(operatorName), operatorName, new(inputs), name, default));

    /// <summary>Gives a value the name that an output must have.</summary>
    private void Publish(string value, string name)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            OnnxNode node = _nodes[i];
            _nodes[i] = node with { Inputs = new(node.Inputs.Select(Renamed)), Output = Renamed(node.Output) };
        }

        string Renamed(string other) => other == value ? name : other;
    }

    private string Take(string name)
    {
        string free = Names.Free(name, _taken);
        _taken.Add(free);
        return free;
    }
}
