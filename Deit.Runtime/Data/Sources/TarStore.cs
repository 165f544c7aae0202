using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;

namespace Deit.Data;

/// <summary>A tar archive (ustar, pax or GNU) that is read where it is: its headers once, then any file by its place.</summary>
internal sealed class TarStore : IFileStore
{
    private readonly SafeFileHandle _archive;
    private readonly List<string> _names = [];
    private readonly List<(long Offset, long Length)> _places = [];

    private TarStore(string path, SafeFileHandle archive) => (Path, _archive) = (path, archive);

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Lists an archive.</summary>
    /// <exception cref="DeitException">It cannot be read, is no tar archive, or is cut off.</exception>
    public static TarStore Open(string path)
    {
        try
        {
            var store = new TarStore(path, File.OpenHandle(path));
            store.ReadHeaders();
            return store;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            throw new DeitException($"The archive '{path}' cannot be read: {exception.Message} Copy it again.", exception);
        }
    }

    /// <inheritdoc/>
    public PooledBytes Read(int file) => PooledBytes.Read(_archive, _places[file].Offset, _places[file].Length, Describe(_names[file]));

    /// <inheritdoc/>
    public string Describe(string name) => $"{Path}:{name}";

    private void ReadHeaders()
    {
        long end = RandomAccess.GetLength(_archive);
        using FileStream stream = File.OpenRead(Path);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            string name = ArchiveNames.Normalize(entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    Add(name.TrimEnd('/') + "/", 0, 0);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    if (entry.Length > 0 && entry.DataOffset + entry.Length > end) throw new EndOfStreamException($"It ends within '{name}'.");
                    Add(name, entry.DataOffset, entry.Length);
                    break;
            }
        }
    }

    private void Add(string name, long offset, long length)
    {
        _names.Add(name);
        _places.Add((offset, length));
    }
}
