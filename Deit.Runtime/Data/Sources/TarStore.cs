using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;

namespace Deit.Data;

/// <summary>
/// A tar archive (ustar, pax or GNU) that is read where it is: its headers once, then any file by its place. A link to a file of the
/// archive is that file; one to anything else is reported when it is read.
/// </summary>
internal sealed class TarStore : IFileStore
{
    // Of files whose content is not in the archive.
    private static readonly (long Offset, long Length) Nowhere = (-1, -1);

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
        SafeFileHandle? archive = null;
        try
        {
            archive = File.OpenHandle(path);
            var store = new TarStore(path, archive);
            store.ReadHeaders();
            return store;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            archive?.Dispose();
            throw new DeitException($"The archive '{path}' cannot be read: {exception.Message} Copy it again.", exception);
        }
    }

    /// <inheritdoc/>
    public PooledBytes Read(int file)
    {
        string source = Describe(_names[file]);
        return _places[file] == Nowhere
            ? throw ImageDecoder.Refuse(source, "the archive has no content of it; pack it anew with 'tar --dereference --hard-dereference'")
            : PooledBytes.Read(_archive, _places[file].Offset, _places[file].Length, source);
    }

    /// <inheritdoc/>
    public string Describe(string name) => $"{Path}:{name}";

    private void ReadHeaders()
    {
        long end = RandomAccess.GetLength(_archive);
        var links = new List<(string Name, string Target)>();
        using FileStream stream = File.OpenRead(Path);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            string name = ArchiveNames.Normalize(entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    Add(name.TrimEnd('/') + "/", (0, 0));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    if (entry.Length > 0 && entry.DataOffset + entry.Length > end) throw new EndOfStreamException($"It ends within '{name}'.");
                    Add(name, (entry.DataOffset, entry.Length));
                    break;
                case TarEntryType.HardLink:
                    links.Add((name, ArchiveNames.Normalize(entry.LinkName)));
                    break;
                case TarEntryType.SymbolicLink:
                    links.Add((name, ArchiveNames.Resolve(name, entry.LinkName)));
                    break;
                case TarEntryType.SparseFile:
                    Add(name, Nowhere);
                    break;
            }
        }

        if (links.Count > 0) AddLinks(links);
    }

    private void AddLinks(List<(string Name, string Target)> links)
    {
        var known = new Dictionary<string, (long Offset, long Length)>(StringComparer.Ordinal);
        for (int file = 0; file < _names.Count; file++) known[_names[file]] = _places[file];
        foreach ((string name, string target) in links)
        {
            Add(name, known.GetValueOrDefault(target, Nowhere));
            known[name] = _places[^1];
        }
    }

    private void Add(string name, (long Offset, long Length) place)
    {
        _names.Add(name);
        _places.Add(place);
    }
}
