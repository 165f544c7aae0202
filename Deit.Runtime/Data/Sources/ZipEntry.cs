namespace Deit.Data;

/// <summary>A file of a zip archive, as the archive's directory describes it.</summary>
/// <param name="Name">Its name, with slashes; a folder's ends in one.</param>
/// <param name="Method">How it is compressed.</param>
/// <param name="IsEncrypted">Whether a password is needed.</param>
/// <param name="Checksum">The CRC-32 of its content.</param>
/// <param name="PackedLength">Bytes in the archive.</param>
/// <param name="Length">Bytes of its content.</param>
/// <param name="HeaderOffset">Where its own header begins.</param>
internal readonly record struct ZipEntry(
    string Name, int Method, bool IsEncrypted, uint Checksum, long PackedLength, long Length, long HeaderOffset)
{
    /// <summary>Not compressed.</summary>
    public const int Stored = 0;

    /// <summary>Compressed by deflate.</summary>
    public const int Deflated = 8;
}
