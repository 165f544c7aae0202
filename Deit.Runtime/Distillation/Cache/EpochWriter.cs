using System.Buffers.Binary;
using Deit.Checkpoints;
using static TorchSharp.torch;

namespace Deit.Distillation.Cache;

/// <summary>Writes the answers of an epoch, batch by batch: the CRC-32C of what follows, the mark of the views, the answers.</summary>
/// <param name="stream">The file.</param>
/// <param name="header">What it begins with.</param>
/// <param name="layout">How answers are written.</param>
internal sealed class EpochWriter(Stream stream, EpochHeader header, AnswerLayout layout)
{
    private readonly byte[] _batch = new byte[header.BatchBytes];

    /// <summary>The bytes of a batch.</summary>
    public static int BatchBytes(AnswerLayout layout) => checked(sizeof(uint) + ViewMark.Length + layout.Length);

    /// <summary>Writes the header.</summary>
    public void Begin() => stream.Write(header.ToBytes());

    /// <summary>Adds the next batch.</summary>
    /// <param name="mark">By what its views are recognised.</param>
    /// <param name="logits">The teacher's logits, shape (batch, classes).</param>
    public void Add(ViewMark mark, Tensor logits)
    {
        Span<byte> content = _batch.AsSpan(sizeof(uint));
        mark.Write(content);
        layout.Write(logits, content[ViewMark.Length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(_batch, Crc32C.Of(content));
        stream.Write(_batch);
    }
}
