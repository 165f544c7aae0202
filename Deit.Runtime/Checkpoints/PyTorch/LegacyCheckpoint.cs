using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Deit.Checkpoints.PyTorch;

/// <summary>
/// The format that <c>torch.save</c> wrote before PyTorch 1.6: pickles of a magic number, of the format's version, of facts about the
/// machine, of the object itself and of the storages' keys, one behind the other; then of every storage the number of its
/// elements, in 8 bytes, and the elements.
/// </summary>
internal static class LegacyCheckpoint
{
    private const long Version = 1001;
    private const int CountBytes = 8;

    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Reads what is pickled and finds the storages.</summary>
    /// <exception cref="InvalidDataException">The file is malformed; the message says how.</exception>
    public static Checkpoint Read(FileBytes file)
    {
        var reader = new PickleReader(file, 0, Math.Min(file.Length, Unpickler.MaxBytes));
        if (Plain(reader) is not BigInteger magic || magic != Magic)
            throw new InvalidDataException("its first number is not that of PyTorch's checkpoints");
        if (Plain(reader) is not Version) throw new InvalidDataException($"it is not of version {Version} of PyTorch's old format");
        RequireLittleEndian(Plain(reader));

        var storages = new PickledStorages();
        var unpickler = new Unpickler(reader, storages);
        object? root = unpickler.Load();
        if (Plain(reader) is not PickledList keys) throw new InvalidDataException("it has no list of its storages");
        return new(root, Locate(file, reader.Position, keys, storages), unpickler.Foreign);
    }

    /// <summary>Reads a pickle that refers to no storage.</summary>
    private static object? Plain(PickleReader reader)
    {
        var none = new PickledStorages();
        object? value = new Unpickler(reader, none).Load();
        return none.ByKey.Count == 0 ? value : throw new InvalidDataException("it refers to a storage where there is none");
    }

    private static Dictionary<string, long> Locate(FileBytes file, long position, PickledList keys, PickledStorages storages)
    {
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        Span<byte> bytes = stackalloc byte[CountBytes];
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !storages.ByKey.TryGetValue(key, out PickledStorage? storage))
                throw new InvalidDataException("its list of storages names one that the pickle does not");
            string what = $"storage {EntryText.Quote(key)}";
            if (storage.Type is not { } type)
                throw new InvalidDataException($"{what} is a {EntryText.Quote(storage.Class)}, and where the next one begins is not known");
            if (position > file.Length - CountBytes) throw new InvalidDataException($"it ends before {what}");

            file.Read(position, bytes);
            long count = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            if (count != storage.Count) throw new InvalidDataException($"{what} should have {storage.Count} elements, but has {count}");
            position += CountBytes;
            if (count * type.Size > file.Length - position) throw new InvalidDataException($"it ends within {what}");
            if (!positions.TryAdd(key, position)) throw new InvalidDataException($"its list of storages names {EntryText.Quote(key)} twice");
            position += count * type.Size;
        }

        string? lost = storages.ByKey.Keys.FirstOrDefault(key => !positions.ContainsKey(key));
        return lost is null ? positions : throw new InvalidDataException($"storage {EntryText.Quote(lost)} is not there");
    }

    private static void RequireLittleEndian(object? machine)
    {
        bool little = machine is PickledDictionary facts && facts.TextItems.Any(static fact => fact is { Key: "little_endian", Value: true });
        if (!little) throw new InvalidDataException("its byte order is not 'little': save it on another machine");
    }
}
