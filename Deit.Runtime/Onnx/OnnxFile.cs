using System.Collections.Immutable;
using System.Reflection;
using Deit.Compiler.Onnx;

namespace Deit.Onnx;

/// <summary>
/// The bytes of an ONNX file, and of the second one that holds large weights: laid out when made, written weight by weight.
/// </summary>
internal sealed class OnnxFile
{
    private const string Producer = "Deit";

    // Where a page begins, so that readers can map weights from the disk.
    private const int ExternalAlignment = 4096;

    private readonly ImmutableArray<OnnxTensor> _weights;
    private readonly string? _externalName;
    private readonly byte[] _beginning;
    private readonly ImmutableArray<byte[]> _weightHeaders;

    /// <summary>Lays out the file; no weight is copied.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="description">The model.</param>
    /// <param name="options">What else the file holds.</param>
    /// <param name="externalName">The name of the file that holds the weights; null where this one does.</param>
    public OnnxFile(OnnxGraph graph, ImmutableArray<OnnxTensor> weights, ModelDescription description, OnnxOptions options, string? externalName)
    {
        _weights = weights;
        _externalName = externalName;
        _weightHeaders = [.. weights.Zip(ExternalOffsets(), WeightHeader)];
        long weightsLength = _weightHeaders.Sum(static header => (long)header.Length) + (externalName is null ? weights.Sum(static weight => weight.Bytes) : 0);
        byte[] graphBeginning = GraphBeginning(graph, description);
        using ProtobufMessage model = ModelBeginning(graph, description, options).Announce(OnnxFields.Model.Graph, graphBeginning.Length + weightsLength);
        _beginning = [.. model.ToArray(), .. graphBeginning];
        Length = _beginning.Length + weightsLength;
    }

    /// <summary>Bytes of the ONNX file.</summary>
    public long Length { get; }

    /// <summary>Bytes of the second file; 0 where there is none.</summary>
    public long ExternalLength => _externalName is null || _weights.IsEmpty ? 0 : ExternalOffsets()[^1] + _weights[^1].Bytes;

    /// <summary>Writes the ONNX file.</summary>
    public void WriteTo(Stream stream)
    {
        stream.Write(_beginning);
        foreach ((OnnxTensor weight, byte[] header) in _weights.Zip(_weightHeaders))
        {
            stream.Write(header);
            if (_externalName is null) weight.WriteTo(stream);
        }
    }

    /// <summary>Writes the second file.</summary>
    public void WriteExternalTo(Stream stream)
    {
        long position = 0;
        foreach ((OnnxTensor weight, long offset) in _weights.Zip(ExternalOffsets()))
        {
            stream.Write(new byte[offset - position]);
            weight.WriteTo(stream);
            position = offset + weight.Bytes;
        }
    }

    private static ProtobufMessage ModelBeginning(OnnxGraph graph, ModelDescription description, OnnxOptions options)
    {
        ProtobufMessage model = new ProtobufMessage()
            .Integer(OnnxFields.Model.IrVersion, OnnxGraph.IrVersion)
            .Message(OnnxFields.Model.OpsetImport, OnnxMessages.OperatorSet(OnnxGraph.Opset))
            .Text(OnnxFields.Model.ProducerName, Producer)
            .Text(OnnxFields.Model.ProducerVersion, typeof(OnnxFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0])
            .Text(OnnxFields.Model.DocString, graph.Summary);
        foreach ((string key, string value) in OnnxMetadata.Of(description, options)) model.Message(OnnxFields.Model.MetadataProps, OnnxMessages.Entry(key, value));
        return model;
    }

    private static byte[] GraphBeginning(OnnxGraph graph, ModelDescription description)
    {
        string images = $"Images of shape ({OnnxMessages.BatchName}, {string.Join(", ", description.Input)}), their channels divided by 255, less the mean, divided by the standard deviation.";
        using var message = new ProtobufMessage();
        message.Text(OnnxFields.Graph.Name, graph.Name);
        foreach (OnnxValue input in graph.Inputs) message.Message(OnnxFields.Graph.Input, OnnxMessages.Value(input, images));
        foreach (OnnxValue output in graph.Outputs) message.Message(OnnxFields.Graph.Output, OnnxMessages.Value(output));
        foreach (OnnxNode node in graph.Nodes) message.Message(OnnxFields.Graph.Node, OnnxMessages.Node(node));
        foreach (OnnxValue value in graph.Intermediates) message.Message(OnnxFields.Graph.ValueInfo, OnnxMessages.Value(value));
        foreach (OnnxConstant constant in graph.Constants) message.Message(OnnxFields.Graph.Initializer, OnnxMessages.Constant(constant));
        return message.ToArray();
    }

    /// <summary>A weight's part of the graph, up to where its elements begin.</summary>
    private byte[] WeightHeader(OnnxTensor weight, long externalOffset)
    {
        using ProtobufMessage tensor = _externalName is null
            ? OnnxMessages.InlineWeight(weight.Weight, weight.Bytes)
            : OnnxMessages.ExternalWeight(weight.Weight, _externalName, externalOffset, weight.Bytes);
        byte[] bytes = tensor.ToArray();
        using ProtobufMessage header = new ProtobufMessage().Announce(OnnxFields.Graph.Initializer, bytes.Length + (_externalName is null ? weight.Bytes : 0));
        return [.. header.ToArray(), .. bytes];
    }

    private long[] ExternalOffsets()
    {
        var offsets = new long[_weights.Length];
        long position = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = (position + ExternalAlignment - 1) / ExternalAlignment * ExternalAlignment;
            position = offsets[i] + _weights[i].Bytes;
        }

        return offsets;
    }
}
