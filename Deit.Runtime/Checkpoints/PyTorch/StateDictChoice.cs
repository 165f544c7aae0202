using System.Collections.Immutable;

namespace Deit.Checkpoints.PyTorch;

/// <summary>Which of the dictionaries in a checkpoint holds the weights, and what else there is.</summary>
/// <param name="Key">Its key; null where it is the checkpoint itself.</param>
/// <param name="Tensors">Its tensors by name.</param>
/// <param name="Ignored">What else the checkpoint holds, each with its type, for people.</param>
internal sealed record StateDictChoice(string? Key, ImmutableArray<KeyValuePair<string, PickledTensor>> Tensors, ImmutableArray<string> Ignored)
{
    private const int MostTold = 1000;
    private const int MostKeys = 10;

    // The keys of facebookresearch/deit, timm and others. A moving average is nobody's first choice: who wants it says so.
    private static readonly ImmutableArray<string> UsualKeys =
        ["model", "state_dict", "model_state_dict", "net", "module", "model_ema", "state_dict_ema", "ema"];

    /// <summary>Chooses.</summary>
    /// <param name="checkpoint">What the file holds.</param>
    /// <param name="key">The key to take; null for the usual ones.</param>
    /// <exception cref="InvalidDataException">There are no weights, or none of that key; the message says what there is.</exception>
    public static StateDictChoice Of(Checkpoint checkpoint, string? key)
    {
        if (checkpoint.Root is not PickledDictionary root)
        {
            throw new InvalidDataException(
                $"it holds no dictionary of tensors but {Described(checkpoint.Root)}: save the model's state_dict()");
        }


        KeyValuePair<string, object?>[] items = [.. root.TextItems];
        var states = items.Where(static item => HoldsTensors(item.Value)).ToDictionary(StringComparer.Ordinal);
        string? chosen = key ?? UsualKeys.FirstOrDefault(states.ContainsKey);
        if (chosen is null && !root.HoldsTensors) throw NoChoice([.. states.Keys]);
        if (chosen is not null && !states.ContainsKey(chosen)) throw WrongKey(chosen, [.. states.Keys]);

        PickledDictionary state = chosen is null ? root : (PickledDictionary)states[chosen]!;
        return new(chosen, [.. TensorsOf(state)], Rest(checkpoint, root, state));
    }

    private static InvalidDataException NoChoice(string[] keys) => new(keys.Length == 0
        ? "it holds no dictionary of tensors"
        : $"it holds tensors under {Quoted(keys)}: say which of these keys to take");

    private static InvalidDataException WrongKey(string key, string[] keys) => new(
        $"it holds no dictionary of tensors under the key {EntryText.Quote(key)}{(keys.Length == 0 ? "" : $", but under {Quoted(keys)}")}");

    private static string Quoted(IEnumerable<string> keys) => string.Join(", ", keys.Take(MostKeys).Select(EntryText.Quote));

    private static bool HoldsTensors(object? value) => value is PickledDictionary { HoldsTensors: true };

    private static IEnumerable<KeyValuePair<string, PickledTensor>> TensorsOf(PickledDictionary state) =>
        state.TextItems.Where(static item => item.Value is PickledTensor)
            .Select(static item => KeyValuePair.Create(item.Key, (PickledTensor)item.Value!));

    /// <summary>All but the tensors, and the functions whose results nothing holds.</summary>
    private static ImmutableArray<string> Rest(Checkpoint checkpoint, PickledDictionary root, PickledDictionary state)
    {
        IEnumerable<KeyValuePair<string, object?>> beside = ReferenceEquals(root, state)
            ? []
            : root.TextItems.Where(item => !ReferenceEquals(item.Value, state));
        KeyValuePair<string, object?>[] rest = [.. beside, .. state.TextItems.Where(static item => item.Value is not PickledTensor)];
        var held = rest.Select(static item => (item.Value as ForeignObject)?.Name).ToHashSet(StringComparer.Ordinal);
        IEnumerable<string> lost = checkpoint.Foreign.Where(name => !held.Contains(name)).Order(StringComparer.Ordinal);
        IEnumerable<string> all = rest
            .Select(static item => $"{EntryText.Quote(item.Key)} ({Described(item.Value)})")
            .Concat(lost.Select(static name => $"something made by {EntryText.Plain(name)}"));
        return [.. all.Take(MostTold)];
    }

    /// <summary>Python's name of an object's type.</summary>
    private static string Described(object? value) => value switch
    {
        null => "None",
        bool => "bool",
        long or System.Numerics.BigInteger => "int",
        double => "float",
        string => "str",
        byte[] => "bytes",
        PickledTuple => "tuple",
        PickledList => "list",
        PickledDictionary => "dict",
        PickledTensor => "tensor",
        PickledStorage => "storage",
        PickledGlobal global => EntryText.Plain(global.Name),
        ForeignObject foreign => EntryText.Plain(foreign.Name),
        _ => throw new InvalidOperationException($"An unpickler does not make {value.GetType()}."),
    };
}
