using System.Numerics;
using Deit.Checkpoints;

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
    public static uint Of(ReadOnlySpan<byte> bytes) => unchecked(BitOperations.RotateRight(Crc32C.Of(bytes), Rotation) + Offset);
}
