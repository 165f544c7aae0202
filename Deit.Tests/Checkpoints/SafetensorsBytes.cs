using System.Buffers.Binary;
using System.Text;

namespace Deit.Tests.Checkpoints;

/// <summary>Makes safetensors files by hand, right ones and wrong ones.</summary>
internal static class SafetensorsBytes
{
    /// <summary>The header's true length, the header, and zeros for data.</summary>
    public static byte[] Of(string header, int dataLength) => Of(Encoding.UTF8.GetBytes(header), new byte[dataLength]);

    /// <summary>The header's true length, the header, and the data.</summary>
    public static byte[] Of(byte[] header, byte[] data) => [.. Length((ulong)header.Length), .. header, .. data];

    /// <summary>A length as the file begins with.</summary>
    public static byte[] Length(ulong length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }
}
