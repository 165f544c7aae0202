using System.Buffers.Binary;
using System.Collections.Immutable;
using Deit.Checkpoints;

namespace Deit.Distillation.Cache;

/// <summary>
/// What the file of an epoch's answers begins with: 8 bytes <c>DEITANSW</c>, then, in int32, the version, the epoch from 1, its batches, the bytes
/// of each; the SHA-256 of the key; 4 bytes of zeros; the CRC-32C of all that.
/// </summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Batches">Batches of the epoch.</param>
/// <param name="BatchBytes">Bytes of a batch, checksum and mark included.</param>
/// <param name="Key">SHA-256 of the cache's key.</param>
internal sealed record EpochHeader(int Epoch, int Batches, int BatchBytes, ImmutableArray<byte> Key)
{
    /// <summary>Bytes of a header.</summary>
    public const int Length = 64;

    private const int Version = 1;
    private const int NumbersAt = 8;
    private const int KeyAt = 24;
    private const int ChecksumAt = Length - sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "DEITANSW"u8;

    /// <summary>Bytes of a whole file.</summary>
    public long FileLength => Length + ((long)Batches * BatchBytes);

    /// <summary>The header's bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        int[] numbers = [Version, Epoch, Batches, BatchBytes];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(NumbersAt + (i * sizeof(int))), numbers[i]);
        Key.CopyTo(bytes, KeyAt);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Crc32C.Of(bytes.AsSpan(0, ChecksumAt)));
        return bytes;
    }
}
