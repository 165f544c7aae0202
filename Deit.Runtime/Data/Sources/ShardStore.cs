namespace Deit.Data;

/// <summary>
/// Several archives that are one dataset. Where an archive's name begins with a part's (<c>train-0007.tar</c>) and the names in it do
/// not, its files belong to that part.
/// </summary>
internal sealed class ShardStore : IFileStore
{
    private readonly List<string> _names = [];
    private readonly List<(IFileStore Shard, int File)> _places = [];
    private readonly Dictionary<string, string> _shown = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    private ShardStore(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Opens an archive, all archives of a folder, or those that a pattern names.</summary>
    /// <param name="path">A file, a folder, or a folder and a pattern such as <c>shards/train-*.tar</c>.</param>
    /// <param name="extension"><c>.zip</c> or <c>.tar</c>.</param>
    /// <param name="open">Opens one.</param>
    /// <exception cref="DeitException">There are none, or one cannot be read.</exception>
    public static IFileStore Open(string path, string extension, Func<string, IFileStore> open)
    {
        if (File.Exists(path)) return open(path);
        string[] files = Find(path, "*" + extension);
        if (files.Length == 0) throw new DeitException($"There are no {extension} files at '{path}': give one, the folder that holds them, or a pattern.");
        if (files.Length == 1 && SplitNames.OfShard(System.IO.Path.GetFileName(files[0])) is null) return open(files[0]);
        var joined = new ShardStore(path);
        foreach (string file in files) joined.Add(open(file));
        return joined;
    }

    /// <summary>The files of a folder, or those that a path with wildcards names, in ordinal order; hidden ones are none.</summary>
    public static string[] Find(string path, string pattern)
    {
        string folder = path;
        if (!Directory.Exists(path)) (folder, pattern) = (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".", System.IO.Path.GetFileName(path));
        var options = new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive };
        return Directory.Exists(folder) && pattern.Length > 0 ? [.. Directory.GetFiles(folder, pattern, options).Order(StringComparer.Ordinal)] : [];
    }

    /// <inheritdoc/>
    public PooledBytes Read(int file) => _places[file].Shard.Read(_places[file].File);

    /// <inheritdoc/>
    public string Describe(string name) => _shown.GetValueOrDefault(name) ?? $"{Path}:{name}";

    private void Add(IFileStore shard)
    {
        string shardName = System.IO.Path.GetFileName(shard.Path);
        bool isPart = !shard.Names.Any(static name => SplitNames.All.Any(part => name.Contains(part + "/", StringComparison.Ordinal)));
        string prefix = isPart && SplitNames.OfShard(shardName) is { } part ? part + "/" : "";
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (int file = 0; file < shard.Names.Count; file++)
        {
            string name = prefix + shard.Names[file];
            string key = System.IO.Path.ChangeExtension(name, null);
            if (!name.EndsWith('/')) keys.Add(key);

            // Shards of pairs without classes number their files anew: the shard's name keeps them apart, image and class together.
            if (_keys.Contains(key)) name = ClassLayout.Qualify(name, shardName);
            _shown[name] = shard.Describe(shard.Names[file]);
            _names.Add(name);
            _places.Add((shard, file));
        }

        _keys.UnionWith(keys);
    }
}
