using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>An element type that weight files store: its name in safetensors, torch's type, and bytes an element.</summary>
internal sealed record ElementType(string Name, ScalarType Torch, int Size)
{
    /// <summary>
    /// All types in the order in which safetensors' own writer places their tensors: falling alignment, and of two types of
    /// one size the order of its enumeration.
    /// </summary>
    public static ImmutableArray<ElementType> All { get; } =
    [
        new("I64", ScalarType.Int64, 8),
        new("F64", ScalarType.Float64, 8),
        new("F32", ScalarType.Float32, 4),
        new("I32", ScalarType.Int32, 4),
        new("BF16", ScalarType.BFloat16, 2),
        new("F16", ScalarType.Float16, 2),
        new("I16", ScalarType.Int16, 2),
        new("I8", ScalarType.Int8, 1),
        new("U8", ScalarType.Byte, 1),
        new("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The types' names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(static type => type.Name));

    /// <summary>The type that safetensors calls <paramref name="name"/>, or null.</summary>
    public static ElementType? Find(string name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>The type that stores torch's <paramref name="type"/>, or null.</summary>
    public static ElementType? Find(ScalarType type) => All.FirstOrDefault(candidate => candidate.Torch == type);

    /// <summary>Bytes that a tensor takes, or null where a tensor of that shape could not be addressed.</summary>
    /// <remarks>
    /// A zero does not excuse the other extents: torch multiplies them into strides, which would overflow all the same.
    /// </remarks>
    public long? BytesOf(ReadOnlySpan<long> shape)
    {
        long bytes = Size;
        bool empty = false;
        foreach (long extent in shape)
        {
            empty |= extent == 0;
            long factor = Math.Max(extent, 1);
            if (bytes > long.MaxValue / factor) return null;
            bytes *= factor;
        }

        return empty ? 0 : bytes;
    }
}
