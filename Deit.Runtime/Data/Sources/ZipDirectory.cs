using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Deit.Data;

/// <summary>The directory of a zip archive, with the 64-bit extension (PKWARE, APPNOTE 6.3.10, sections 4.3 and 4.5.3).</summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64LocatorSignature = 0x07064B50;
    private const uint End64Signature = 0x06064B50;
    private const uint EntrySignature = 0x02014B50;
    private const int EndLength = 22;
    private const int End64LocatorLength = 20;
    private const int End64Length = 56;
    private const int EntryLength = 46;
    private const int LongestComment = ushort.MaxValue;
    private const ushort Extra64 = 1;
    private const int Encrypted = 1;
    private const int Utf8Names = 1 << 11;

    /// <summary>The entries, in the directory's order.</summary>
    /// <exception cref="InvalidDataException">This is no zip archive, or it is cut off.</exception>
    public static IEnumerable<ZipEntry> Read(SafeFileHandle archive)
    {
        (long offset, long length, long count) = Find(archive);
        byte[] directory = Part(archive, offset, length);
        var entries = new List<ZipEntry>();
        int position = 0;
        while (position <= directory.Length - EntryLength && U32(directory.AsSpan(position)) == EntrySignature)
        {
            ReadOnlySpan<byte> rest = directory.AsSpan(position);
            (int name, int extra, int comment) = (U16(rest[28..]), U16(rest[30..]), U16(rest[32..]));
            if (rest.Length < EntryLength + name + extra + comment) throw Damaged();
            entries.Add(Entry(rest, rest.Slice(EntryLength, name), rest.Slice(EntryLength + name, extra)));
            position += EntryLength + name + extra + comment;
        }

        // Some writers let the count overflow its 16 bits instead of writing the extension.
        return (ushort)entries.Count == (ushort)count ? entries : throw Damaged();
    }

    private static ZipEntry Entry(ReadOnlySpan<byte> fixedPart, ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        int flags = U16(fixedPart[8..]);
        (long packed, long length, long header) = (U32(fixedPart[20..]), U32(fixedPart[24..]), U32(fixedPart[42..]));
        ReadOnlySpan<byte> wide = FindExtra64(extra);

        // Only what does not fit 32 bits stands there, in this order.
        length = Widen(length, ref wide);
        packed = Widen(packed, ref wide);
        header = Widen(header, ref wide);
        Encoding encoding = (flags & Utf8Names) != 0 ? Encoding.UTF8 : Encoding.Latin1;
        return new(
            ArchiveNames.Normalize(encoding.GetString(name)), U16(fixedPart[10..]), (flags & Encrypted) != 0, U32(fixedPart[16..]), packed, length, header);
    }

    private static long Widen(long value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue) return value;
        if (wide.Length < sizeof(long)) throw Damaged();
        long widened = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[sizeof(long)..];
        return widened >= 0 ? widened : throw Damaged();
    }

    private static ReadOnlySpan<byte> FindExtra64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(U16(extra[2..]), extra.Length - 4);
            if (U16(extra) == Extra64) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static (long Offset, long Length, long Count) Find(SafeFileHandle archive)
    {
        long size = RandomAccess.GetLength(archive);
        int tailLength = (int)Math.Min(size, EndLength + LongestComment);
        byte[] tail = Part(archive, size - tailLength, tailLength);
        int end = tailLength - EndLength;
        while (end >= 0 && U32(tail.AsSpan(end)) != EndSignature) end--;
        if (end < 0) throw new InvalidDataException("It has no zip directory at its end: it is no zip archive, or cut off.");

        ReadOnlySpan<byte> record = tail.AsSpan(end);
        (long count, long length, long offset) = (U16(record[10..]), U32(record[12..]), U32(record[16..]));
        if (count != ushort.MaxValue && length != uint.MaxValue && offset != uint.MaxValue) return (offset, length, count);

        long locator = size - tailLength + end - End64LocatorLength;
        if (locator < 0) return (offset, length, count);
        byte[] place = Part(archive, locator, End64LocatorLength);
        if (U32(place) != End64LocatorSignature) return (offset, length, count);
        byte[] record64 = Part(archive, BinaryPrimitives.ReadInt64LittleEndian(place.AsSpan(8)), End64Length);
        return U32(record64) == End64Signature ? (Number(48), Number(40), Number(32)) : throw Damaged();

        long Number(int at) => BinaryPrimitives.ReadInt64LittleEndian(record64.AsSpan(at));
    }

    private static byte[] Part(SafeFileHandle archive, long offset, long length)
    {
        if (offset < 0 || length < 0 || length > Array.MaxLength || offset > RandomAccess.GetLength(archive) - length) throw Damaged();
        var part = new byte[length];
        int done = 0;
        while (done < part.Length)
        {
            int read = RandomAccess.Read(archive, part.AsSpan(done), offset + done);
            if (read == 0) throw Damaged();
            done += read;
        }

        return part;
    }

    private static int U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static InvalidDataException Damaged() => new("Its directory is damaged.");
}
