using System.Text;
using Google.Protobuf;

namespace Deit.Tests.Onnx;

/// <summary>The fields of a protocol buffers message by their numbers, in the order of the file; it knows no schema.</summary>
internal sealed class ProtobufFields
{
    private readonly ILookup<int, object> _fields;

    private ProtobufFields(IEnumerable<(int Number, object Value)> fields) =>
        _fields = fields.ToLookup(static field => field.Number, static field => field.Value);

    /// <summary>Reads a message; whatever is not one throws.</summary>
    public static ProtobufFields Read(byte[] bytes)
    {
        var fields = new List<(int, object)>();
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            fields.Add((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadInt64(),
                WireFormat.WireType.Fixed32 => input.ReadFloat(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                var type => throw new InvalidDataException($"No field of an ONNX file has the wire type {type}."),
            }));
        }

        return new(fields);
    }

    /// <summary>The integers of a field.</summary>
    public long[] Integers(int number) => [.. _fields[number].Cast<long>()];

    /// <summary>The integer of a field that is there once; 0 where it is not there, as in protocol buffers.</summary>
    public long Integer(int number) => Integers(number).SingleOrDefault();

    /// <summary>The number of a field that is there once.</summary>
    public float Float(int number) => (float)_fields[number].Single();

    /// <summary>The bytes of a field.</summary>
    public byte[][] Bytes(int number) => [.. _fields[number].Cast<byte[]>()];

    /// <summary>The texts of a field.</summary>
    public string[] Texts(int number) => [.. Bytes(number).Select(static bytes => Encoding.UTF8.GetString(bytes))];

    /// <summary>The text of a field that is there at most once.</summary>
    public string Text(int number) => Texts(number).SingleOrDefault("");

    /// <summary>The messages of a field.</summary>
    public ProtobufFields[] Messages(int number) => [.. Bytes(number).Select(Read)];

    /// <summary>The message of a field that is there once.</summary>
    public ProtobufFields Message(int number) => Messages(number).Single();
}
