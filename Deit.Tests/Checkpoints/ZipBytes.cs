using System.Buffers.Binary;
using System.Text;

namespace Deit.Tests.Checkpoints;

/// <summary>An entry of a zip file made by hand; what is not said is as PyTorch writes it.</summary>
internal sealed record ZipItem(string Name, byte[] Content)
{
    public ushort Method { get; init; }

    public ushort Flags { get; init; }

    /// <summary>The size that the directory tells, where it is not the true one.</summary>
    public long? Length { get; init; }

    /// <summary>The size after decompression that the directory tells, where it is another one.</summary>
    public long? Inflated { get; init; }

    /// <summary>The name in the header before the content, where it is another one.</summary>
    public string? LocalName { get; init; }

    /// <summary>The position of that header that the directory tells, where it is not the true one.</summary>
    public long? Header { get; init; }
}

/// <summary>Makes zip files by hand, right ones and wrong ones.</summary>
internal static class ZipBytes
{
    /// <summary>A zip file.</summary>
    /// <param name="items">Its entries.</param>
    /// <param name="wide">Whether sizes and positions are written in 64 bits, as of files above 4 GiB.</param>
    public static byte[] Of(IReadOnlyList<ZipItem> items, bool wide = false)
    {
        var file = new MemoryStream();
        var directory = new MemoryStream();
        foreach (ZipItem item in items)
        {
            long header = file.Position;
            byte[] localName = Encoding.UTF8.GetBytes(item.LocalName ?? item.Name);
            file.Write([.. "PK\u0003\u0004"u8, .. U16(0), .. U16(item.Flags), .. U16(item.Method), .. new byte[16]]);
            file.Write([.. U16(localName.Length), .. U16(5), .. localName, .. "FB\u0001\0Z"u8]);
            file.Write(item.Content);

            byte[] name = Encoding.UTF8.GetBytes(item.Name);
            long length = item.Length ?? item.Content.Length;
            long[] sizes = [item.Inflated ?? length, length, item.Header ?? header];
            byte[] extra = wide ? [.. U16(1), .. U16(24), .. sizes.SelectMany(U64)] : [];
            directory.Write([.. "PK\u0001\u0002"u8, .. U16(0), .. U16(0), .. U16(item.Flags), .. U16(item.Method), .. new byte[8]]);
            directory.Write([.. U32(wide ? uint.MaxValue : sizes[1]), .. U32(wide ? uint.MaxValue : sizes[0])]);
            directory.Write([.. U16(name.Length), .. U16(extra.Length), .. new byte[10], .. U32(wide ? uint.MaxValue : sizes[2]), .. name, .. extra]);
        }

        long begin = file.Position;
        file.Write(directory.ToArray());
        if (wide)
        {
            long end = file.Position;
            file.Write([.. "PK\u0006\u0006"u8, .. U64(44), .. new byte[12], .. U64(items.Count), .. U64(items.Count), .. U64(directory.Length), .. U64(begin)]);
            file.Write([.. "PK\u0006\u0007"u8, .. U32(0), .. U64(end), .. U32(1)]);
        }

        file.Write([.. "PK\u0005\u0006"u8, .. U32(0), .. U16(items.Count), .. U16(items.Count)]);
        file.Write([.. U32(wide ? uint.MaxValue : directory.Length), .. U32(wide ? uint.MaxValue : begin), .. U16(0)]);
        return file.ToArray();
    }

    private static byte[] U16(int value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] U32(long value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        return bytes;
    }

    private static byte[] U64(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
