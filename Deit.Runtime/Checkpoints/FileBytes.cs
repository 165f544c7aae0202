using Microsoft.Win32.SafeHandles;

namespace Deit.Checkpoints;

/// <summary>An open file, read by position, without a buffer: what is read goes straight to where it is wanted.</summary>
internal sealed class FileBytes : IDisposable
{
    private readonly SafeFileHandle _handle;

    private FileBytes(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        _handle = handle;
        Length = length;
    }

    /// <summary>The file's path, as it was given.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="DeitException">It cannot be opened, or is none that can be read at any position.</exception>
    public static FileBytes Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return new(path, handle, RandomAccess.GetLength(handle));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            handle?.Dispose();
            throw new DeitException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Fills <paramref name="destination"/> with the bytes at a position.</summary>
    /// <exception cref="IOException">The file ends before, or the disk fails.</exception>
    public void Read(long position, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(_handle, destination, position);
            if (read == 0) throw new EndOfStreamException($"The file ends at byte {position}.");
            destination = destination[read..];
            position += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
