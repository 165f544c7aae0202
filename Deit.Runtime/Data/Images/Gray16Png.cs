using System.Buffers.Binary;
using ICSharpCode.SharpZipLib.Checksum;

namespace Deit.Data;

/// <summary>
/// PNG with gray levels of 16 bits. Pillow turns them into RGB by cutting off at 255, not by scaling, so that all but the
/// darkest 256 are white. Skia gives no more than their high bytes; but the same data read as gray and alpha of 8 bits are the
/// high and the low byte of every level.
/// </summary>
internal static class Gray16Png
{
    private const int HeaderStart = 12;
    private const int BitDepth = 24;
    private const int ColorType = 25;
    private const int HeaderEnd = 29;
    private const int ChecksumEnd = HeaderEnd + sizeof(uint);
    private const byte Gray = 0;
    private const byte GrayAndAlpha = 4;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Whether a file is such a PNG.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) =>
        file.StartsWith(Signature) && file.Length >= ChecksumEnd && file[BitDepth] == 16 && file[ColorType] == Gray;

    /// <summary>The file with a header that says gray and alpha of 8 bits.</summary>
    public static byte[] AsGrayAndAlpha(ReadOnlySpan<byte> file)
    {
        byte[] changed = file.ToArray();
        (changed[BitDepth], changed[ColorType]) = (8, GrayAndAlpha);
        var checksum = new Crc32();
        checksum.Update(new ArraySegment<byte>(changed, HeaderStart, HeaderEnd - HeaderStart));
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(HeaderEnd), (uint)checksum.Value);
        return changed;
    }
}
