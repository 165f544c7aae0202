namespace Deit.Data;

/// <summary>The files below a folder. Links to folders are followed, as PyTorch's and timm's datasets do, but never round.</summary>
internal sealed class FolderStore : IFileStore
{
    private FolderStore(string path, IReadOnlyList<string> names) => (Path, Names) = (path, names);

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Lists a folder; where it holds parts such as <c>train</c>, these alone.</summary>
    /// <exception cref="DeitException">There is no such folder, or one in it cannot be read or leads back to itself.</exception>
    public static FolderStore Open(string path)
    {
        if (!Directory.Exists(path)) throw new DeitException($"There is no folder '{path}': give the folder that holds 'train' and 'val'.");
        string[] parts = [.. SplitNames.All.Where(part => Directory.Exists(System.IO.Path.Combine(path, part)))];
        var names = new List<string>();
        if (parts.Length == 0) List(path, "", names);
        foreach (string part in parts)
        {
            names.Add(part + "/");
            List(System.IO.Path.Combine(path, part), part + "/", names);
        }

        return new(path, names);
    }

    /// <inheritdoc/>
    public PooledBytes Read(int file) => PooledBytes.ReadFile(Describe(Names[file]));

    /// <inheritdoc/>
    public string Describe(string name) => System.IO.Path.Combine([Path, .. name.TrimEnd('/').Split('/')]);

    private static void List(string folder, string prefix, List<string> names)
    {
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (!IsFolder(entry, folder))
                {
                    names.Add(prefix + entry.Name);
                    continue;
                }

                names.Add($"{prefix}{entry.Name}/");
                List(entry.FullName, $"{prefix}{entry.Name}/", names);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"The folder '{folder}' cannot be read: {exception.Message}", exception);
        }
    }

    // A link that leads to a folder above it would be followed for ever.
    private static bool IsFolder(FileSystemInfo entry, string folder)
    {
        if (entry.LinkTarget is null) return entry is DirectoryInfo;
        if (Target(entry) is not DirectoryInfo target) return false;
        string whole = Real(folder) + System.IO.Path.DirectorySeparatorChar;
        return !whole.StartsWith(Real(target.FullName) + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? true
            : throw new DeitException($"The link '{entry.FullName}' leads back to '{target.FullName}', which holds it: remove it.");
    }

    private static FileSystemInfo? Target(FileSystemInfo entry)
    {
        try
        {
            return entry.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException exception)
        {
            throw new DeitException($"The link '{entry.FullName}' leads nowhere: remove it. ({exception.Message})", exception);
        }
    }

    // The folder itself and all above it may be links too.
    private static string Real(string folder)
    {
        string full = System.IO.Path.GetFullPath(folder);
        string real = System.IO.Path.GetPathRoot(full)!;
        foreach (string part in full[real.Length..].Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var step = new DirectoryInfo(System.IO.Path.Combine(real, part));
            real = step.LinkTarget is null ? step.FullName : Target(step)?.FullName ?? step.FullName;
        }

        return real;
    }
}
