using System.Buffers.Binary;
using System.Globalization;
using Deit.Compiler;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;

namespace Deit.Onnx;

/// <summary>The parts of an ONNX graph as messages.</summary>
internal static class OnnxMessages
{
    /// <summary>What the first extent of inputs and outputs is called: it is as large as the batch is.</summary>
    public const string BatchName = "batch";

    /// <summary>An operator set.</summary>
    public static ProtobufMessage OperatorSet(long version) =>
        new ProtobufMessage().Text(OnnxFields.OperatorSet.Domain, "").Integer(OnnxFields.OperatorSet.Version, version);

    /// <summary>A key and its text.</summary>
    public static ProtobufMessage Entry(string key, string value) => new ProtobufMessage().Text(OnnxFields.Entry.Key, key).Text(OnnxFields.Entry.Value, value);

    /// <summary>An operator.</summary>
    public static ProtobufMessage Node(OnnxNode node)
    {
        var message = new ProtobufMessage();
        foreach (string input in node.Inputs) message.Text(OnnxFields.Node.Input, input);
        message.Text(OnnxFields.Node.Output, node.Output).Text(OnnxFields.Node.Name, node.Name).Text(OnnxFields.Node.OpType, node.Operator);
        foreach (OnnxAttribute attribute in node.Attributes) message.Message(OnnxFields.Node.Attribute, Attribute(attribute));
        return message;
    }

    /// <summary>A value's name and type.</summary>
    public static ProtobufMessage Value(OnnxValue value, string? documentation = null)
    {
        ProtobufMessage message = new ProtobufMessage().Text(OnnxFields.Value.Name, value.Name).Message(OnnxFields.Value.Type, Type(value.Type));
        return documentation is null ? message : message.Text(OnnxFields.Value.DocString, documentation);
    }

    /// <summary>A constant with its elements.</summary>
    public static ProtobufMessage Constant(OnnxConstant constant)
    {
        ProtobufMessage message = constant switch
        {
            OnnxIntegers { IsScalar: true } => Tensor(constant.Name, OnnxFields.Tensor.Int64Type, []),
            OnnxIntegers integers => Tensor(constant.Name, OnnxFields.Tensor.Int64Type, [integers.Values.Count]),
            _ => Tensor(constant.Name, OnnxFields.Tensor.FloatType, []),
        };
        return message.Bytes(OnnxFields.Tensor.RawData, Elements(constant));
    }

    /// <summary>A weight up to where its elements begin, which the caller writes.</summary>
    public static ProtobufMessage InlineWeight(OnnxWeight weight, long bytes) =>
        Tensor(weight.Name, OnnxFields.Tensor.FloatType, weight.Shape).Announce(OnnxFields.Tensor.RawData, bytes);

    /// <summary>A weight whose elements are in another file of the same folder.</summary>
    public static ProtobufMessage ExternalWeight(OnnxWeight weight, string file, long offset, long bytes) => Tensor(weight.Name, OnnxFields.Tensor.FloatType, weight.Shape)
        .Message(OnnxFields.Tensor.ExternalData, Entry("location", file))
        .Message(OnnxFields.Tensor.ExternalData, Entry("offset", offset.ToString(CultureInfo.InvariantCulture)))
        .Message(OnnxFields.Tensor.ExternalData, Entry("length", bytes.ToString(CultureInfo.InvariantCulture)))
        .Integer(OnnxFields.Tensor.DataLocation, OnnxFields.Tensor.External);

    private static ProtobufMessage Tensor(string name, int type, IEnumerable<long> shape) => new ProtobufMessage()
        .Integers(OnnxFields.Tensor.Dims, shape)
        .Integer(OnnxFields.Tensor.DataType, type)
        .Text(OnnxFields.Tensor.Name, name);

    /// <summary>The elements of a constant, little endian as everywhere in ONNX.</summary>
    private static byte[] Elements(OnnxConstant constant)
    {
        if (constant is not OnnxIntegers integers)
        {
            byte[] number = new byte[sizeof(float)];
            BinaryPrimitives.WriteSingleLittleEndian(number, ((OnnxNumber)constant).Value);
            return number;
        }

        byte[] elements = new byte[integers.Values.Count * sizeof(long)];
        for (int i = 0; i < integers.Values.Count; i++) BinaryPrimitives.WriteInt64LittleEndian(elements.AsSpan(i * sizeof(long)), integers.Values[i]);
        return elements;
    }

    private static ProtobufMessage Attribute(OnnxAttribute attribute)
    {
        ProtobufMessage message = new ProtobufMessage().Text(OnnxFields.Attribute.Name, attribute.Name);
        return attribute.Value switch
        {
            long integer => message.Integer(OnnxFields.Attribute.Integer, integer).Integer(OnnxFields.Attribute.Type, OnnxFields.Attribute.IntegerType),
            float number => message.Float(OnnxFields.Attribute.Float, number).Integer(OnnxFields.Attribute.Type, OnnxFields.Attribute.FloatType),
            _ => message.Integers(OnnxFields.Attribute.Integers, (EquatableArray<long>)attribute.Value).Integer(OnnxFields.Attribute.Type, OnnxFields.Attribute.IntegersType),
        };
    }

    private static ProtobufMessage Type(TensorType type)
    {
        var shape = new ProtobufMessage();
        foreach (Dim dim in type.Dims) shape.Message(OnnxFields.Type.ShapeDimension, Dimension(dim));
        ProtobufMessage tensor = new ProtobufMessage()
            .Integer(OnnxFields.Type.TensorElement, type.Element == ElementType.Float32 ? OnnxFields.Tensor.FloatType : OnnxFields.Tensor.Int64Type)
            .Message(OnnxFields.Type.TensorShape, shape);
        return new ProtobufMessage().Message(OnnxFields.Type.Tensor, tensor);
    }

    private static ProtobufMessage Dimension(Dim dim)
    {
        string multiple = dim.Size.Value.ToString(CultureInfo.InvariantCulture);
        return dim.IsBatch
            ? new ProtobufMessage().Text(OnnxFields.Type.DimensionName, dim.Size.Value == 1 ? BatchName : $"{multiple} * {BatchName}")
            : new ProtobufMessage().Integer(OnnxFields.Type.DimensionValue, dim.Size.Value);
    }
}
