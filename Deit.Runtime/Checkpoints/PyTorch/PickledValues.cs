using System.Collections.Immutable;

namespace Deit.Checkpoints.PyTorch;

// What an unpickler makes. None, truths, whole numbers, floats, texts and bytes are null, bool, long (or BigInteger), double, string
// and byte[]; all else is one of these.

/// <summary>A dict or an OrderedDict: its items in the order in which they were set, a key perhaps more than once.</summary>
internal sealed class PickledDictionary
{
    private List<KeyValuePair<object?, object?>>? _items;

    /// <summary>The items.</summary>
    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items is null ? [] : _items;

    /// <summary>The items under texts, in the order in which their keys were first set; of one key, the last.</summary>
    public IEnumerable<KeyValuePair<string, object?>> TextItems
    {
        get
        {
            var items = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
            foreach ((object? key, object? value) in Items)
            {
                if (key is string text) items[text] = value;
            }

            return items;
        }
    }

    /// <summary>Whether a tensor was set under a text.</summary>
    public bool HoldsTensors { get; private set; }

    /// <summary>Sets an item.</summary>
    public void Set(object? key, object? value)
    {
        HoldsTensors |= key is string && value is PickledTensor;
        (_items ??= []).Add(new(key, value));
    }
}

/// <summary>A list, or a set, of which nothing here asks more than what a list tells.</summary>
internal sealed class PickledList
{
    private List<object?>? _items;

    /// <summary>The items.</summary>
    public IReadOnlyList<object?> Items => _items is null ? [] : _items;

    /// <summary>Adds items.</summary>
    public void Add(ReadOnlySpan<object?> items) => (_items ??= []).AddRange(items);
}

/// <summary>A tuple.</summary>
internal sealed class PickledTuple(ImmutableArray<object?> items)
{
    /// <summary>The items.</summary>
    public ImmutableArray<object?> Items => items;
}

/// <summary>A class or function of Python: its name, which nothing here looks up.</summary>
/// <param name="Name">Module and name: <c>collections.OrderedDict</c>.</param>
internal sealed record PickledGlobal(string Name);

/// <summary>
/// What would be an object of a class that nothing here knows, or the result of a function: nothing but its name. Whatever the
/// pickle does to it is dropped.
/// </summary>
/// <param name="Name">The class or the function: <c>argparse.Namespace</c>.</param>
internal sealed record ForeignObject(string Name);

/// <summary>The memory that one or more tensors share, stored apart from the pickle.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Class">PyTorch's name of it, such as <c>FloatStorage</c>.</param>
/// <param name="Type">Type of its elements; null where nothing here reads them.</param>
/// <param name="Count">Number of its elements.</param>
internal sealed record PickledStorage(string Key, string Class, ElementType? Type, long Count);

/// <summary>A tensor: a window onto a storage, checked to lie in it.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">Its first element, counted from the storage's first.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Strides">Elements from one to the next along every dimension.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, ImmutableArray<long> Shape, ImmutableArray<long> Strides);
