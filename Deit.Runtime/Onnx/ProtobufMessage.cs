using Google.Protobuf;

namespace Deit.Onnx;

/// <summary>The bytes of a protocol buffers message, written field by field.</summary>
internal sealed class ProtobufMessage : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly CodedOutputStream _output;

    /// <summary>Makes an empty message.</summary>
    public ProtobufMessage() => _output = new(_bytes, leaveOpen: true);

    /// <summary>Adds an integer, or the number of an enumeration.</summary>
    public ProtobufMessage Integer(int field, long value)
    {
        _output.WriteTag(field, WireFormat.WireType.Varint);
        _output.WriteInt64(value);
        return this;
    }

    /// <summary>Adds integers, each as a field of its own.</summary>
    public ProtobufMessage Integers(int field, IEnumerable<long> values)
    {
        foreach (long value in values) Integer(field, value);
        return this;
    }

    /// <summary>Adds a number in single precision.</summary>
    public ProtobufMessage Float(int field, float value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed32);
        _output.WriteFloat(value);
        return this;
    }

    /// <summary>Adds a number in double precision.</summary>
    public ProtobufMessage Double(int field, double value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed64);
        _output.WriteDouble(value);
        return this;
    }

    /// <summary>Adds a text.</summary>
    public ProtobufMessage Text(int field, string value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteString(value);
        return this;
    }

    /// <summary>Adds bytes.</summary>
    public ProtobufMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Announce(field, value.Length);
        _output.Flush();
        _bytes.Write(value);
        return this;
    }

    /// <summary>Adds a message, which is disposed of.</summary>
    public ProtobufMessage Message(int field, ProtobufMessage message)
    {
        using (message) return Bytes(field, message.ToArray());
    }

    /// <summary>Adds the beginning of a field whose <paramref name="length"/> bytes the caller writes after those of this message.</summary>
    public ProtobufMessage Announce(int field, long length)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteLength(checked((int)length));
        return this;
    }

    /// <summary>The bytes so far.</summary>
    public byte[] ToArray()
    {
        _output.Flush();
        return _bytes.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        _bytes.Dispose();
    }
}
