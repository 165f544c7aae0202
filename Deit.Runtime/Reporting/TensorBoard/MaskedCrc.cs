using System.Numerics;

namespace Deit.Reporting.TensorBoard;

/// <summary>
/// The checksum of TFRecord files: CRC-32C (Castagnoli), masked so that the checksum of bytes that hold checksums is as good as any
/// (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details).
/// </summary>
internal static class MaskedCrc
{
    private const int Rotation = 15;
    private const uint Offset = 0xa282ead8;

    /// <summary>The masked checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => unchecked(BitOperations.RotateRight(Castagnoli(bytes), Rotation) + Offset);

    /// <summary>CRC-32C, with the usual complement before and after.</summary>
    public static uint Castagnoli(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
