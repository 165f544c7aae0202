using System.Globalization;

namespace Deit.Training;

/// <summary>
/// The right to write into a run folder, which one process at a time has: <c>run.lock</c>, held open for oneself alone. The system lets go of
/// it when the process dies, however it dies; the file stays, since deleting it would let two processes lock two files of one name.
/// </summary>
internal sealed class RunLock : IDisposable
{
    /// <summary>The file that is locked.</summary>
    public const string FileName = "run.lock";

    /// <summary>The file that says by whom: one that is locked cannot be read.</summary>
    public const string HolderFileName = "run.pid";

    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int[] HeldResults = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;
    private readonly string _holder;

    private RunLock(FileStream file, string holder)
    {
        _file = file;
        _holder = holder;
    }

    /// <summary>Takes the right to write into a folder.</summary>
    /// <exception cref="DeitException">Another process has it, or the folder refuses.</exception>
    public static RunLock Take(string folder)
    {
        string path = Path.Combine(folder, FileName);
        string holder = Path.Combine(folder, HolderFileName);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return new(file, holder);
        }
        catch (IOException exception) when (file is null && HeldResults.Contains(exception.HResult))
        {
            throw new DeitException(
                $"The run in '{folder}' is being written by {Holder(holder)}: wait until it ends, or stop it; or choose another folder.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new DeitException($"The run folder '{folder}' cannot be locked: {exception.Message} Choose another.", exception);
        }
    }

    /// <summary>Gives the right up.</summary>
    public void Dispose()
    {
        if (!_file.CanWrite) return;
        try
        {
            File.Delete(_holder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is there for a message alone.
        }

        _file.Dispose();
    }

    private static string Holder(string file)
    {
        try
        {
            return $"process {File.ReadAllText(file).Trim()}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
