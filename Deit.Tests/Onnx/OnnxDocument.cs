using System.Collections.Immutable;

namespace Deit.Tests.Onnx;

/// <summary>An operator of a file.</summary>
internal sealed record DocumentNode(string Name, string Operator, string[] Inputs, string[] Outputs);

/// <summary>An initializer of a file: its elements are inside, or its place in another file is.</summary>
internal sealed record DocumentTensor(string Name, long[] Shape, long Type, byte[] Elements, ImmutableDictionary<string, string> External)
{
    public long Bytes => Shape.Aggregate(1L, static (product, extent) => product * extent) * (Type == 7 ? sizeof(long) : sizeof(float));
}

/// <summary>An input, an output or a value in between; a named extent is its name.</summary>
internal sealed record DocumentValue(string Name, string Shape);

/// <summary>An ONNX file, read again with field numbers of its own, straight from onnx.proto.</summary>
internal sealed record OnnxDocument(
    long IrVersion,
    long Opset,
    string Producer,
    string Documentation,
    string GraphName,
    ImmutableDictionary<string, string> Metadata,
    DocumentNode[] Nodes,
    DocumentTensor[] Initializers,
    DocumentValue[] Inputs,
    DocumentValue[] Outputs,
    DocumentValue[] Intermediates)
{
    public static OnnxDocument Read(string path)
    {
        ProtobufFields model = ProtobufFields.Read(File.ReadAllBytes(path));
        ProtobufFields graph = model.Message(7);
        return new(
            model.Integer(1),
            model.Message(8).Integer(2),
            $"{model.Text(2)} {model.Text(3)}",
            model.Text(6),
            graph.Text(2),
            Entries(model, 14),
            [.. graph.Messages(1).Select(static node => new DocumentNode(node.Text(3), node.Text(4), [.. node.Texts(1)], [.. node.Texts(2)]))],
            [.. graph.Messages(5).Select(Tensor)],
            [.. graph.Messages(11).Select(Value)],
            [.. graph.Messages(12).Select(Value)],
            [.. graph.Messages(13).Select(Value)]);
    }

    /// <summary>What the specification asks of a graph, as far as its text tells: names, their order, shapes, use.</summary>
    public void AssertWellFormed()
    {
        HashSet<string> known = [.. Inputs.Select(static value => value.Name), .. Initializers.Select(static tensor => tensor.Name)];
        Assert.Equal(Inputs.Length + Initializers.Length, known.Count);
        foreach (DocumentNode node in Nodes)
        {
            Assert.True(node.Inputs.All(known.Contains), $"{node.Name} reads what no node before it gives.");
            Assert.All(node.Outputs, output => Assert.True(known.Add(output), $"There are two values {output}."));
        }

        Assert.Equal(Nodes.Length, Nodes.Select(static node => node.Name).Distinct().Count());
        HashSet<string> read = [.. Nodes.SelectMany(static node => node.Inputs), .. Outputs.Select(static value => value.Name)];
        Assert.Empty(Initializers.Select(static tensor => tensor.Name).Except(read));
        Assert.Empty(Nodes.SelectMany(static node => node.Outputs).Except(read));
        Assert.Empty(Outputs.Concat(Intermediates).Select(static value => value.Name).Except(Nodes.SelectMany(static node => node.Outputs)));
        Assert.Empty(Outputs.Select(static value => value.Name).Intersect(Intermediates.Select(static value => value.Name)));
        foreach (DocumentTensor tensor in Initializers)
        {
            Assert.Equal(tensor.Bytes, tensor.External.IsEmpty ? tensor.Elements.Length : long.Parse(tensor.External["length"], System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static DocumentTensor Tensor(ProtobufFields tensor) => new(
        tensor.Text(8), [.. tensor.Integers(1)], tensor.Integer(2), tensor.Bytes(9).SingleOrDefault([]), Entries(tensor, 13));

    private static DocumentValue Value(ProtobufFields value)
    {
        ProtobufFields type = value.Message(2).Message(1);
        Assert.Equal(1, type.Integer(1));
        return new(value.Text(1), string.Join(", ", type.Message(2).Messages(1).Select(static dimension => dimension.Text(2) is { Length: > 0 } name ? name : $"{dimension.Integer(1)}")));
    }

    private static ImmutableDictionary<string, string> Entries(ProtobufFields message, int number) =>
        message.Messages(number).ToImmutableDictionary(static entry => entry.Text(1), static entry => entry.Text(2));
}
