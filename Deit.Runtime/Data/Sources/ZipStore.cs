using System.Buffers.Binary;
using System.IO.Compression;
using ICSharpCode.SharpZipLib.Checksum;
using Microsoft.Win32.SafeHandles;

namespace Deit.Data;

/// <summary>
/// A zip archive that is read where it is: its directory once, then any file by its place, stored or deflated, by many threads.
/// </summary>
internal sealed class ZipStore : IFileStore
{
    private const int LocalHeaderLength = 30;
    private const int LocalNameLength = 26;
    private const uint LocalSignature = 0x04034B50;

    // Deflate makes no more bytes of one: a code of a bit for 258 bytes, and one for their distance.
    private const int MostInflated = 1032;

    private readonly SafeFileHandle _archive;
    private readonly ZipEntry[] _entries;

    private ZipStore(string path, SafeFileHandle archive, ZipEntry[] entries)
    {
        (Path, _archive, _entries) = (path, archive, entries);
        Names = [.. entries.Select(static entry => entry.Name)];
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Lists an archive.</summary>
    /// <exception cref="DeitException">It cannot be read, is no zip archive, or is cut off.</exception>
    public static ZipStore Open(string path)
    {
        SafeFileHandle? archive = null;
        try
        {
            archive = File.OpenHandle(path);
            return new(path, archive, [.. ZipDirectory.Read(archive)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            archive?.Dispose();
            throw new DeitException($"The archive '{path}' cannot be read: {exception.Message} Copy it again.", exception);
        }
    }

    /// <inheritdoc/>
    public PooledBytes Read(int file)
    {
        ZipEntry entry = _entries[file];
        string source = Describe(entry.Name);
        if (entry.IsEncrypted) throw ImageDecoder.Refuse(source, "it is encrypted; write the archive without a password");
        PooledBytes packed = PooledBytes.Read(_archive, DataOffset(entry, source), entry.PackedLength, source);
        PooledBytes content = entry.Method == ZipEntry.Stored ? packed : Inflate(packed, entry, source);
        var checksum = new Crc32();
        checksum.Update(content.Segment);
        if ((uint)checksum.Value == entry.Checksum) return content;
        content.Dispose();
        throw Damaged(source);
    }

    /// <inheritdoc/>
    public string Describe(string name) => $"{Path}:{name}";

    private static PooledBytes Inflate(PooledBytes packed, ZipEntry entry, string source)
    {
        using (packed)
        {
            if (entry.Method != ZipEntry.Deflated)
            {
                throw ImageDecoder.Refuse(source, $"it is compressed by method {entry.Method}; store or deflate the archive's files");
            }

            // Before memory is taken on the directory's word.
            if (entry.Length > Array.MaxLength || entry.Length / MostInflated > entry.PackedLength) throw Damaged(source);
            var content = PooledBytes.Rent((int)entry.Length);
            try
            {
                using var inflating = new DeflateStream(packed.ToStream(), CompressionMode.Decompress);
                inflating.ReadExactly(content.Span);
                return content;
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException)
            {
                content.Dispose();
                throw Damaged(source);
            }
        }
    }

    // Name and extra field may differ from the directory's in length.
    private long DataOffset(ZipEntry entry, string source)
    {
        using PooledBytes header = PooledBytes.Read(_archive, entry.HeaderOffset, LocalHeaderLength, source);
        ReadOnlySpan<byte> bytes = header.Span;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != LocalSignature) throw Damaged(source);
        int name = BinaryPrimitives.ReadUInt16LittleEndian(bytes[LocalNameLength..]);
        int extra = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(LocalNameLength + sizeof(ushort))..]);
        return entry.HeaderOffset + LocalHeaderLength + name + extra;
    }

    private static DeitException Damaged(string source) => ImageDecoder.Refuse(source, "the archive is damaged there; copy it again");
}
