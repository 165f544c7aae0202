using System.Buffers.Binary;
using Deit.Onnx;

namespace Deit.Reporting.TensorBoard;

/// <summary>A number that TensorBoard draws.</summary>
/// <param name="Tag">What it is called: <c>train/loss</c>.</param>
/// <param name="Value">The number.</param>
internal readonly record struct Scalar(string Tag, double Value);

/// <summary>
/// Records of a TensorBoard event file: TFRecords that hold Event messages
/// (https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto and summary.proto).
/// </summary>
internal static class EventRecord
{
    // Event.
    private const int WallTime = 1;
    private const int Step = 2;
    private const int FileVersion = 3;
    private const int Summary = 5;
    private const int SessionLog = 7;

    // SessionLog, and the status that makes TensorBoard forget what it has read of the steps from the event's on.
    private const int Status = 1;
    private const int Started = 1;

    // Summary, and Summary.Value.
    private const int SummaryValue = 1;
    private const int Tag = 1;
    private const int SimpleValue = 2;

    private const string Version = "brain.Event:2";

    /// <summary>The first record of a file.</summary>
    /// <param name="seconds">The time, since 1970.</param>
    public static byte[] OfVersion(double seconds)
    {
        using ProtobufMessage message = new ProtobufMessage().Double(WallTime, seconds).Text(FileVersion, Version);
        return Framed(message.ToArray());
    }

    /// <summary>Says that what follows replaces what an earlier file said.</summary>
    /// <param name="seconds">The time, since 1970.</param>
    public static byte[] OfStart(double seconds)
    {
        using ProtobufMessage message = new ProtobufMessage().Double(WallTime, seconds)
            .Message(SessionLog, new ProtobufMessage().Integer(Status, Started));
        return Framed(message.ToArray());
    }

    /// <summary>Numbers of a step.</summary>
    /// <param name="seconds">The time, since 1970.</param>
    /// <param name="step">The step; here, the epoch.</param>
    /// <param name="scalars">The numbers.</param>
    public static byte[] OfScalars(double seconds, long step, IEnumerable<Scalar> scalars)
    {
        var summary = new ProtobufMessage();
        foreach (Scalar scalar in scalars)
        {
            summary.Message(SummaryValue, new ProtobufMessage().Text(Tag, scalar.Tag).Float(SimpleValue, (float)scalar.Value));
        }

        using ProtobufMessage message = new ProtobufMessage().Double(WallTime, seconds).Integer(Step, step).Message(Summary, summary);
        return Framed(message.ToArray());
    }

    /// <summary>A TFRecord: length, its checksum, the bytes, their checksum; all little endian.</summary>
    private static byte[] Framed(byte[] message)
    {
        const int HeaderLength = sizeof(ulong) + sizeof(uint);
        byte[] record = new byte[HeaderLength + message.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedCrc.Of(record.AsSpan(0, sizeof(ulong))));
        message.CopyTo(record, HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(HeaderLength + message.Length), MaskedCrc.Of(message));
        return record;
    }
}
