namespace Deit.Data;

/// <summary>Files that lie together: in a folder, or in an archive that is read where it is. Threads share one.</summary>
internal interface IFileStore
{
    /// <summary>The store's own path.</summary>
    string Path { get; }

    /// <summary>The files' names, with slashes, relative to the store; a folder's name ends in a slash.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The content of a file.</summary>
    /// <param name="file">An index into <see cref="Names"/>.</param>
    /// <exception cref="DeitException">It cannot be read; the message holds <see cref="Describe"/>.</exception>
    PooledBytes Read(int file);

    /// <summary>Where a name is, for people: a path, or the archive's path and the name in it.</summary>
    string Describe(string name);
}
