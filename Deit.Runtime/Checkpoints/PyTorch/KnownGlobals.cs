using System.Collections.Immutable;

namespace Deit.Checkpoints.PyTorch;

/// <summary>
/// All that a pickle can call here: Python's ordered dictionary, and the functions by which PyTorch makes tensors of storages.
/// </summary>
internal static class KnownGlobals
{
    /// <summary>Makes what a class or function of Python would.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">What it is called with.</param>
    /// <param name="result">What it makes.</param>
    /// <returns>Whether it is one of those known here.</returns>
    /// <exception cref="InvalidDataException">It is, but not with these arguments.</exception>
    public static bool TryCall(string name, ImmutableArray<object?> arguments, out object? result)
    {
        result = name switch
        {
            "collections.OrderedDict" => arguments.IsEmpty ? new PickledDictionary() : throw Unusual(name),
            "torch.Size" => arguments is [PickledTuple size] ? size : throw Unusual(name),
            "torch._utils._rebuild_tensor_v2" => Tensor(name, arguments, atLeast: 6),
            "torch._utils._rebuild_tensor" => Tensor(name, arguments, atLeast: 4),
            "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" => Parameter(name, arguments),
            _ => null,
        };
        return result is not null;
    }

    /// <summary>A tensor of storage, offset, size and strides; whether it requires gradients, and its hooks, are not asked for.</summary>
    private static PickledTensor Tensor(string name, ImmutableArray<object?> arguments, int atLeast)
    {
        if (arguments.Length < atLeast
            || arguments is not [PickledStorage storage, long offset, var size, var strides, ..]
            || Numbers(size) is not { } shape
            || Numbers(strides) is not { } steps)
        {
            throw Unusual(name);
        }

        return TensorWindow.Check(storage, offset, shape, steps);
    }

    /// <summary>A parameter is its tensor.</summary>
    private static object Parameter(string name, ImmutableArray<object?> arguments) =>
        arguments is [PickledTensor or ForeignObject, ..] ? arguments[0]! : throw Unusual(name);

    private static ImmutableArray<long>? Numbers(object? sequence)
    {
        if (ItemsOf(sequence) is not { Count: <= TensorWindow.MaxDimensions } items) return null;
        var numbers = ImmutableArray.CreateBuilder<long>(items.Count);
        foreach (object? item in items)
        {
            if (item is not long number) return null;
            numbers.Add(number);
        }

        return numbers.MoveToImmutable();
    }

    private static IReadOnlyList<object?>? ItemsOf(object? sequence) => sequence switch
    {
        PickledTuple tuple => tuple.Items,
        PickledList list => list.Items,
        _ => null,
    };

    private static InvalidDataException Unusual(string name) => new($"its pickle calls {name} with arguments that PyTorch does not write");
}
