using System.Buffers.Binary;
using System.Text;

namespace Deit.Checkpoints.PyTorch;

/// <summary>
/// Finds the entries of a zip file that are stored as they are, as PyTorch writes them: nothing is ever extracted or inflated, so that
/// what is read is never more than the file. Whatever PyTorch does not write is refused: compression, encryption, names that
/// leave the archive, entries that lie in each other.
/// </summary>
/// <remarks>The records are those of PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.</remarks>
internal sealed class ZipContainer
{
    private const long MaxDirectoryBytes = 16_000_000;
    private const int EndBytes = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int Zip64LocatorBytes = 20;
    private const int Zip64EndBytes = 56;
    private const int EntryBytes = 46;
    private const int LocalHeaderBytes = 30;

    private const uint EndSignature = 0x06054b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalHeaderSignature = 0x04034b50;

    private const ushort Encrypted = 1;
    private const ushort Stored = 0;
    private const ushort Zip64Field = 1;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FileBytes _file;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Reads and checks the directory of a file and the headers of its entries.</summary>
    /// <exception cref="InvalidDataException">The file is malformed; the message says how.</exception>
    public ZipContainer(FileBytes file)
    {
        _file = file;
        (long begin, long length) = FindDirectory();
        if (length > MaxDirectoryBytes)
            throw new InvalidDataException($"its directory has {length} bytes, more than the {MaxDirectoryBytes} that are allowed");
        byte[] directory = new byte[length];
        file.Read(begin, directory);
        ReadEntries(directory, begin);
        RequireApart(begin);
    }

    /// <summary>The entries by their names.</summary>
    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    private (long Begin, long Length) FindDirectory()
    {
        byte[] tail = new byte[Math.Min(_file.Length, EndBytes + LongestComment)];
        _file.Read(_file.Length - tail.Length, tail);
        int at = tail.Length - EndBytes;
        while (at >= 0 && !IsEnd(tail.AsSpan(at))) at--;
        if (at < 0) throw new InvalidDataException("it ends before its directory");

        ReadOnlySpan<byte> end = tail.AsSpan(at);
        long position = _file.Length - tail.Length + at;
        (long begin, long length) = Zip64Directory(position) ?? (UInt32(end, 16), UInt32(end, 12));
        if (begin < 0 || length < 0 || begin > position || length > position - begin)
            throw new InvalidDataException("its directory does not lie in the file");
        return (begin, length);
    }

    /// <summary>Whether a record ends the file, its comment included.</summary>
    private static bool IsEnd(ReadOnlySpan<byte> record) =>
        UInt32(record, 0) == EndSignature && UInt16(record, 20) == record.Length - EndBytes;

    private (long Begin, long Length)? Zip64Directory(long end)
    {
        Span<byte> record = stackalloc byte[Zip64EndBytes];
        Span<byte> locator = record[..Zip64LocatorBytes];
        if (end < Zip64LocatorBytes) return null;
        _file.Read(end - Zip64LocatorBytes, locator);
        if (UInt32(locator, 0) != Zip64LocatorSignature) return null;

        long position = Int64(locator, 8);
        if (position < 0 || position > end - Zip64LocatorBytes - Zip64EndBytes)
            throw new InvalidDataException("its 64-bit directory does not lie in the file");
        _file.Read(position, record);
        if (UInt32(record, 0) != Zip64EndSignature) throw new InvalidDataException("its 64-bit directory is not where it should be");
        return (Int64(record, 48), Int64(record, 40));
    }

    private void ReadEntries(ReadOnlySpan<byte> directory, long directoryBegin)
    {
        while (!directory.IsEmpty)
        {
            if (directory.Length < EntryBytes || UInt32(directory, 0) != EntrySignature) throw new InvalidDataException("its directory is damaged");
            int nameLength = UInt16(directory, 28);
            int extraLength = UInt16(directory, 30);
            int whole = EntryBytes + nameLength + extraLength + UInt16(directory, 32);
            if (directory.Length < whole) throw new InvalidDataException("its directory breaks off");

            string name = NameOf(directory.Slice(EntryBytes, nameLength));
            ZipEntry entry = ReadEntry(name, directory, directory.Slice(EntryBytes + nameLength, extraLength), directoryBegin);
            if (!_entries.TryAdd(name, entry)) throw new InvalidDataException($"it has two entries {EntryText.Quote(name)}");
            directory = directory[whole..];
        }
    }

    private ZipEntry ReadEntry(string name, ReadOnlySpan<byte> record, ReadOnlySpan<byte> extra, long directoryBegin)
    {
        string what = $"entry {EntryText.Quote(name)}";
        if ((UInt16(record, 8) & Encrypted) != 0) throw new InvalidDataException($"{what} is encrypted");
        if (UInt16(record, 10) != Stored)
            throw new InvalidDataException($"{what} is compressed, which PyTorch's are not: zip the content again without compression");

        // The 64-bit values of those fields that are full, in this order.
        ReadOnlySpan<byte> wide = Field(extra, Zip64Field);
        long length = Wide(UInt32(record, 24), ref wide, what);
        long storedLength = Wide(UInt32(record, 20), ref wide, what);
        long header = Wide(UInt32(record, 42), ref wide, what);
        if (length != storedLength) throw new InvalidDataException($"{what} has {storedLength} bytes that would become {length}");
        if (length < 0 || header < 0 || header > directoryBegin - LocalHeaderBytes)
            throw new InvalidDataException($"{what} does not lie in the file");

        long begin = ReadLocalHeader(name, header);
        return length <= directoryBegin - begin
            ? new(name, header, begin, length)
            : throw new InvalidDataException($"{what} of {length} bytes does not lie in the file");
    }

    /// <summary>Checks the header before an entry's bytes, which must say the same as the directory; gives the position of the bytes.</summary>
    private long ReadLocalHeader(string name, long position)
    {
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        _file.Read(position, header);
        byte[] localName = new byte[Math.Min(UInt16(header, 26), _file.Length - position - LocalHeaderBytes)];
        _file.Read(position + LocalHeaderBytes, localName);
        bool alike = UInt32(header, 0) == LocalHeaderSignature && UInt16(header, 8) == Stored && NameOf(localName) == name;
        return alike
            ? position + LocalHeaderBytes + UInt16(header, 26) + UInt16(header, 28)
            : throw new InvalidDataException($"entry {EntryText.Quote(name)} is not where the directory has it");
    }

    /// <summary>Entries that overlap would make the file's content larger than the file.</summary>
    private void RequireApart(long directoryBegin)
    {
        long position = 0;
        foreach (ZipEntry entry in _entries.Values.OrderBy(static entry => entry.Header))
        {
            if (entry.Header < position) throw new InvalidDataException($"entry {EntryText.Quote(entry.Name)} lies in the one before it");
            position = entry.Begin + entry.Length;
        }

        if (position > directoryBegin) throw new InvalidDataException("its last entry lies in its directory");
    }

    private static string NameOf(ReadOnlySpan<byte> bytes)
    {
        string name;
        try
        {
            name = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException("one of its entries has a name that is not UTF-8", exception);
        }

        bool leaves = name.Length == 0 || name[0] == '/' || name.Contains('\\') || name.Contains(':') || name.Split('/').Contains("..");
        return leaves ? throw new InvalidDataException($"the name of its entry {EntryText.Quote(name)} leaves the archive") : name;
    }

    /// <summary>The content of one of the extra fields; empty where it is not there.</summary>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, ushort id)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(UInt16(extra, 2), extra.Length - 4);
            if (UInt16(extra, 0) == id) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static long Wide(uint narrow, ref ReadOnlySpan<byte> wide, string what)
    {
        if (narrow != uint.MaxValue) return narrow;
        if (wide.Length < sizeof(long)) throw new InvalidDataException($"{what} lacks its 64-bit sizes");
        long value = Int64(wide, 0);
        wide = wide[sizeof(long)..];
        return value;
    }

    private static ushort UInt16(ReadOnlySpan<byte> record, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(record[offset..]);

    private static uint UInt32(ReadOnlySpan<byte> record, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(record[offset..]);

    private static long Int64(ReadOnlySpan<byte> record, int offset) => BinaryPrimitives.ReadInt64LittleEndian(record[offset..]);
}

/// <summary>An entry of a zip file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Header">The position of the header before it.</param>
/// <param name="Begin">The position of its first byte.</param>
/// <param name="Length">Number of its bytes.</param>
internal sealed record ZipEntry(string Name, long Header, long Begin, long Length);
