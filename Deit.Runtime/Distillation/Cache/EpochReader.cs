using System.Buffers.Binary;
using System.Globalization;
using Deit.Checkpoints;
using static TorchSharp.torch;

namespace Deit.Distillation.Cache;

/// <summary>The answers of an epoch, read by their place: a training may begin in the middle.</summary>
internal sealed class EpochReader : IDisposable
{
    private readonly FileBytes _file;
    private readonly EpochHeader _header;
    private readonly AnswerLayout _layout;
    private readonly byte[] _batch;

    private EpochReader(FileBytes file, EpochHeader header, AnswerLayout layout)
    {
        _file = file;
        _header = header;
        _layout = layout;
        _batch = new byte[header.BatchBytes];
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch => _header.Epoch;

    /// <summary>Opens the file of an epoch.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">What it must begin with.</param>
    /// <param name="layout">How its answers are written.</param>
    /// <exception cref="DeitException">It is not there, of another cache, or cut off.</exception>
    public static EpochReader Open(string path, EpochHeader header, AnswerLayout layout)
    {
        FileBytes file = FileBytes.Open(path);
        try
        {
            var found = new byte[EpochHeader.Length];
            if (file.Length >= found.Length) file.Read(0, found);
            if (!found.AsSpan().SequenceEqual(header.ToBytes())) throw Damaged(path, "its header is not that of this epoch and this cache");
            if (file.Length != header.FileLength)
            {
                throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"it has {file.Length} bytes where {header.FileLength} were written"));
            }

            return new(file, header, layout);
        }
        catch (Exception exception)
        {
            file.Dispose();
            if (exception is IOException) throw Damaged(path, exception.Message.TrimEnd('.'));
            throw;
        }
    }

    /// <summary>Reads the answers to a batch.</summary>
    /// <param name="batch">The batch in the epoch, from 0.</param>
    /// <returns>The answers, on the CPU, and the mark of the views that they are to.</returns>
    /// <exception cref="DeitException">The file is damaged there.</exception>
    public (ViewMark Mark, Tensor Answers) Read(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, _header.Batches);
        try
        {
            _file.Read(EpochHeader.Length + ((long)batch * _batch.Length), _batch);
        }
        catch (IOException exception)
        {
            throw Damaged(_file.Path, exception.Message.TrimEnd('.'));
        }

        ReadOnlySpan<byte> content = _batch.AsSpan(sizeof(uint));
        bool isWhole = BinaryPrimitives.ReadUInt32LittleEndian(_batch) == Crc32C.Of(content);
        Tensor? answers = isWhole ? _layout.Read(content[ViewMark.Length..]) : null;
        return answers is null
            ? throw Damaged(_file.Path, string.Create(CultureInfo.InvariantCulture, $"the checksum of batch {batch + 1} is another"))
            : (ViewMark.Read(content), answers);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static DeitException Damaged(string path, string reason) =>
        new($"'{path}' is damaged: {reason}. Delete it, and let 'deit teach' write it again.");
}
