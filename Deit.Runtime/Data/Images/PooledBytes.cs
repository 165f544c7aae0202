using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Deit.Data;

/// <summary>Bytes in memory of a pool, which <see cref="Dispose"/> gives back; disposed once.</summary>
internal readonly struct PooledBytes : IDisposable
{
    private readonly byte[] _buffer;
    private readonly int _length;

    private PooledBytes(int length) => (_buffer, _length) = (ArrayPool<byte>.Shared.Rent(length), length);

    /// <summary>The bytes.</summary>
    public Span<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>The bytes, for what takes no span.</summary>
    public ArraySegment<byte> Segment => new(_buffer, 0, _length);

    /// <summary>The bytes as a stream that is only read.</summary>
    public Stream ToStream() => new MemoryStream(_buffer, 0, _length, writable: false);

    /// <summary>Memory that is yet to be written.</summary>
    public static PooledBytes Rent(int length) => new(length);

    /// <summary>The content of a file.</summary>
    /// <exception cref="DeitException">It cannot be read; the message holds its path.</exception>
    public static PooledBytes ReadFile(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            return Read(file, 0, RandomAccess.GetLength(file), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"Cannot read the image '{path}': {exception.Message}", exception);
        }
    }

    /// <summary>A part of an open file; threads may read one at once.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">Its length.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <exception cref="DeitException">The file ends before, or cannot be read.</exception>
    public static PooledBytes Read(SafeFileHandle file, long offset, long length, string source)
    {
        if (length > Array.MaxLength) throw ImageDecoder.Refuse(source, "the file is too large; make it smaller");
        var bytes = new PooledBytes((int)length);
        try
        {
            int done = 0;
            while (done < length)
            {
                int read = RandomAccess.Read(file, bytes.Span[done..], offset + done);
                if (read == 0) throw ImageDecoder.Refuse(source, "the file ends too early; replace it");
                done += read;
            }

            return bytes;
        }
        catch (Exception exception)
        {
            bytes.Dispose();
            if (exception is not (IOException or UnauthorizedAccessException)) throw;
            throw new DeitException($"Cannot read the image '{source}': {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
