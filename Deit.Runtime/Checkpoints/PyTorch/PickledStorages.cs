using System.Collections.Frozen;
using static TorchSharp.torch;

namespace Deit.Checkpoints.PyTorch;

/// <summary>The storages that a pickle names by persistent ids: what it says of them, until they are found in the file.</summary>
internal sealed class PickledStorages
{
    private static readonly FrozenDictionary<string, ElementType> Classes = new Dictionary<string, ScalarType>
    {
        ["DoubleStorage"] = ScalarType.Float64,
        ["FloatStorage"] = ScalarType.Float32,
        ["HalfStorage"] = ScalarType.Float16,
        ["BFloat16Storage"] = ScalarType.BFloat16,
        ["LongStorage"] = ScalarType.Int64,
        ["IntStorage"] = ScalarType.Int32,
        ["ShortStorage"] = ScalarType.Int16,
        ["CharStorage"] = ScalarType.Int8,
        ["ByteStorage"] = ScalarType.Byte,
        ["BoolStorage"] = ScalarType.Bool,
    }.ToFrozenDictionary(static pair => $"torch.{pair.Key}", static pair => ElementType.Find(pair.Value)!, StringComparer.Ordinal);

    private readonly Dictionary<string, PickledStorage> _byKey = new(StringComparer.Ordinal);

    /// <summary>All of them, by their keys.</summary>
    public IReadOnlyDictionary<string, PickledStorage> ByKey => _byKey;

    /// <summary>Reads a persistent id: <c>('storage', torch.FloatStorage, '0', 'cpu', 48)</c>, and None behind it in older files.</summary>
    /// <exception cref="InvalidDataException">It is none of a storage, or names one that was described otherwise before.</exception>
    public PickledStorage Declare(object? id)
    {
        if (id is not PickledTuple { Items: ["storage", PickledGlobal type, string key, string, long count, .. var view] } || count < 0)
            throw new InvalidDataException("its pickle refers to something outside itself that is no storage");
        if (view is not ([] or [null]))
            throw new InvalidDataException($"storage {EntryText.Quote(key)} is a view of another, as PyTorch before 0.4 wrote them");

        ElementType? known = Classes.GetValueOrDefault(type.Name);
        if (known is not null && count > long.MaxValue / known.Size)
            throw new InvalidDataException($"storage {EntryText.Quote(key)} of {count} elements is too large for any machine");

        var storage = new PickledStorage(key, type.Name, known, count);
        if (!_byKey.TryAdd(key, storage) && _byKey[key] != storage)
            throw new InvalidDataException($"storage {EntryText.Quote(key)} has two types or sizes");
        return _byKey[key];
    }
}
