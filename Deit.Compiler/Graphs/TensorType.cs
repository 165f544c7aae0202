using System.Collections.Generic;
using System.Linq;

namespace Deit.Compiler.Graphs;

/// <summary>The type of a tensor's elements while training in full precision.</summary>
public enum ElementType
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>64-bit integer.</summary>
    Int64,
}

/// <summary>An extent of a tensor: a constant, or a multiple of the batch.</summary>
/// <param name="Size">The constant, or the multiple.</param>
/// <param name="IsBatch">Whether the extent is proportional to the number of images.</param>
public readonly record struct Dim(Size Size, bool IsBatch)
{
    /// <summary>One row an image.</summary>
    public static Dim Batch { get; } = new(1, true);

    /// <summary>A constant extent.</summary>
    public static implicit operator Dim(Size size) => new(size, false);

    /// <summary>A constant extent.</summary>
    public static implicit operator Dim(long size) => new(size, false);

    /// <summary>Whether two extents are equal whatever the batch; how they are written does not matter.</summary>
    public bool Equals(Dim other) => Size.Value == other.Size.Value && IsBatch == other.IsBatch;

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((Size.Value.GetHashCode() * 2) + (IsBatch ? 1 : 0));

    /// <inheritdoc/>
    public override string ToString() => !IsBatch ? Size.Text : Size.Value == 1 ? "B" : $"{Size.Text}B";
}

/// <summary>The element type and shape of a value. In a batch of images the first extent is the batch.</summary>
/// <param name="Element">The type of the elements.</param>
/// <param name="Dims">The extents.</param>
public sealed record TensorType(ElementType Element, EquatableArray<Dim> Dims)
{
    /// <summary>A float32 tensor.</summary>
    public static TensorType Float(params Dim[] dims) => new(ElementType.Float32, new(dims));

    /// <summary>The number of dimensions.</summary>
    public int Rank => Dims.Count;

    /// <summary>The constant at <paramref name="index"/>, counted from the end where negative.</summary>
    public Size this[int index] => Dims[index < 0 ? Rank + index : index].Size;

    /// <summary>The elements an image takes.</summary>
    public long ElementsPerImage => Dims.Aggregate(1L, static (product, dim) => checked(product * dim.Size.Value));

    /// <summary>The shape without the batch.</summary>
    public IEnumerable<long> ShapePerImage => Dims.Where(static dim => !dim.IsBatch).Select(static dim => dim.Size.Value);

    /// <summary>The same type with the constants after the batch written as <paramref name="names"/>.</summary>
    public TensorType Named(params string[] names) =>
        this with { Dims = new(Dims.Select((dim, i) => i == 0 ? dim : new Dim(new Size(dim.Size.Value, names[i - 1]), dim.IsBatch))) };

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", Dims)})";
}
