using System.Runtime.InteropServices;

namespace Deit.Checkpoints;

/// <summary>Sees to it that the names in a folder outlive a power cut, as flushing a file sees to its content.</summary>
/// <remarks>
/// POSIX says nothing of when a rename reaches the disk until its folder is flushed, see <c>fsync(2)</c>. .NET opens no folders.
/// Windows has no such call; NTFS keeps the order of renames in its journal.
/// </remarks>
internal static partial class FolderEntries
{
    private const int ReadOnly = 0;

    /// <summary>Waits until what was made, renamed and deleted in a folder is on the disk.</summary>
    /// <remarks>A file system that cannot flush a folder leaves nothing to be done, and is no error.</remarks>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0) return;
        _ = FSync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
