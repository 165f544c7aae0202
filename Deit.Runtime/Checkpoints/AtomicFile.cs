namespace Deit.Checkpoints;

/// <summary>Writes files that are either the whole new one or the whole old one, whenever the write ends.</summary>
internal static class AtomicFile
{
    private const int BufferSize = 1 << 20;

    /// <summary>
    /// Writes a temporary file beside <paramref name="path"/>, flushes it to the disk, and renames it over <paramref name="path"/>.
    /// </summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="length">Bytes that will be written, where known: a disk without that much room then refuses at once.</param>
    /// <param name="write">Writes the content; what it throws leaves the old file as it was.</param>
    /// <exception cref="DeitException">The disk or the folder refuses.</exception>
    public static void Write(string path, long length, Action<Stream> write)
    {
        // The same folder: only a rename within one file system is atomic.
        string temporary = $"{Path.GetFullPath(path)}.{Guid.NewGuid():N}.tmp";
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = BufferSize,
                PreallocationSize = length,
            };
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);

                // Without this the rename can reach the disk before the content does, and a power cut leaves an empty file.
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            FolderEntries.Flush(Path.GetDirectoryName(temporary)!);
        }
        catch (Exception exception)
        {
            DeleteIfPossible(temporary);
            if (exception is not (IOException or UnauthorizedAccessException)) throw;
            string reason = exception.Message.TrimEnd('.');
            throw new DeitException(
                $"'{path}' could not be written, and what was there before is unchanged: {reason}. Make room or choose another folder.",
                exception);
        }
    }

    private static void DeleteIfPossible(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk has failed already; that failure is the one to report.
        }
    }
}
