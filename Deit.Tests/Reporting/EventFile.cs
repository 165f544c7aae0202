using System.Buffers.Binary;
using System.Text;

namespace Deit.Tests.Reporting;

/// <summary>A record of a TensorBoard event file.</summary>
internal sealed record EventOfFile(double WallTime, long Step, string? Version, bool IsStart, IReadOnlyDictionary<string, float> Scalars);

/// <summary>
/// Reads TensorBoard event files with nothing of what writes them: checksums bit by bit, messages byte by byte. A wrong checksum or a
/// record that is cut off fails the test.
/// </summary>
internal static class EventFile
{
    /// <summary>All records of a file.</summary>
    public static List<EventOfFile> Read(string path)
    {
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        var events = new List<EventOfFile>();
        while (!rest.IsEmpty)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            Assert.Equal(MaskedCrc(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            ReadOnlySpan<byte> message = rest.Slice(12, length);
            Assert.Equal(MaskedCrc(message), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            events.Add(Event(message));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    /// <summary>CRC-32C as its definition has it: the reflected polynomial 0x1EDC6F41, a bit at a time.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }

        return crc ^ 0xffffffff;
    }

    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }

    private static EventOfFile Event(ReadOnlySpan<byte> message)
    {
        (double wallTime, long step, string? version, bool isStart) = (0, 0, null, false);
        var scalars = new Dictionary<string, float>();
        while (!message.IsEmpty)
        {
            switch (Tag(ref message))
            {
                case (1, 1): wallTime = BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(Take(ref message, 8))); break;
                case (2, 0): step = Varint(ref message); break;
                case (3, 2): version = Encoding.UTF8.GetString(Bytes(ref message)); break;
                case (5, 2): Summary(Bytes(ref message), scalars); break;
                case (7, 2): isStart = Bytes(ref message) is [0x08, 0x01]; break;
                case var other: Assert.Fail($"An event has no field {other}."); break;
            }
        }

        return new(wallTime, step, version, isStart, scalars);
    }

    private static void Summary(ReadOnlySpan<byte> summary, Dictionary<string, float> scalars)
    {
        while (!summary.IsEmpty)
        {
            Assert.Equal((1, 2), Tag(ref summary));
            ReadOnlySpan<byte> value = Bytes(ref summary);
            Assert.Equal((1, 2), Tag(ref value));
            string tag = Encoding.UTF8.GetString(Bytes(ref value));
            Assert.Equal((2, 5), Tag(ref value));
            scalars.Add(tag, BinaryPrimitives.ReadSingleLittleEndian(Take(ref value, 4)));
            Assert.True(value.IsEmpty);
        }
    }

    private static (int Field, int WireType) Tag(ref ReadOnlySpan<byte> bytes)
    {
        long tag = Varint(ref bytes);
        return ((int)(tag >> 3), (int)(tag & 7));
    }

    private static ReadOnlySpan<byte> Bytes(ref ReadOnlySpan<byte> bytes) => Take(ref bytes, (int)Varint(ref bytes));

    private static long Varint(ref ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = Take(ref bytes, 1)[0];
            value |= (long)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        ReadOnlySpan<byte> taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
