namespace Deit.Checkpoints.PyTorch;

/// <summary>
/// The format that <c>torch.save</c> writes since PyTorch 1.6: a zip file with one folder, in it <c>data.pkl</c>, the storages as
/// <c>data/0</c>, <c>data/1</c>, ..., and <c>byteorder</c>.
/// </summary>
internal static class ZipCheckpoint
{
    private const string Pickle = "/data.pkl";
    private const int LongestByteOrder = 16;

    /// <summary>Reads what is pickled and finds the storages.</summary>
    /// <exception cref="InvalidDataException">The file is malformed; the message says how.</exception>
    public static Checkpoint Read(FileBytes file)
    {
        var zip = new ZipContainer(file);
        ZipEntry[] pickles = [.. zip.Entries.Values.Where(static entry => entry.Name.IndexOf('/') == entry.Name.Length - Pickle.Length
            && entry.Name.EndsWith(Pickle, StringComparison.Ordinal))];
        if (pickles is not [ZipEntry pickle])
            throw new InvalidDataException($"it has {pickles.Length} entries data.pkl, of which a checkpoint of PyTorch has one");
        if (pickle.Length > Unpickler.MaxBytes)
            throw new InvalidDataException($"its pickle has {pickle.Length} bytes, more than the {Unpickler.MaxBytes} that are allowed");

        string folder = pickle.Name[..(pickle.Name.Length - Pickle.Length)];
        RequireLittleEndian(file, zip, folder);
        var storages = new PickledStorages();
        var unpickler = new Unpickler(new(file, pickle.Begin, pickle.Begin + pickle.Length), storages);
        object? root = unpickler.Load();
        return new(root, Locate(zip, folder, storages), unpickler.Foreign);
    }

    private static Dictionary<string, long> Locate(ZipContainer zip, string folder, PickledStorages storages)
    {
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((string key, PickledStorage storage) in storages.ByKey)
        {
            string what = $"storage {EntryText.Quote(key)}";
            if (!zip.Entries.TryGetValue($"{folder}/data/{key}", out ZipEntry? entry)) throw new InvalidDataException($"{what} is not there");
            if (storage.Type is { } type && entry.Length != storage.Count * type.Size)
                throw new InvalidDataException($"{what} should have {storage.Count * type.Size} bytes, but has {entry.Length}");
            positions.Add(key, entry.Begin);
        }

        return positions;
    }

    /// <summary>Files of before PyTorch 2.1 do not say; what wrote them was little-endian.</summary>
    private static void RequireLittleEndian(FileBytes file, ZipContainer zip, string folder)
    {
        if (!zip.Entries.TryGetValue($"{folder}/byteorder", out ZipEntry? entry)) return;
        Span<byte> order = stackalloc byte[(int)Math.Min(entry.Length, LongestByteOrder)];
        file.Read(entry.Begin, order);
        if (!order.SequenceEqual("little"u8)) throw new InvalidDataException("its byte order is not 'little': save it on another machine");
    }
}
