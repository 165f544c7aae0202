using System.Collections.Immutable;

namespace Deit.Checkpoints;

/// <summary>A tensor whose elements lie in a file. Whoever makes one has checked that they do.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Strides">Elements from one to the next along every dimension, none negative.</param>
/// <param name="Begin">The first element's position in the file, in bytes.</param>
internal sealed record StoredTensor(ElementType Type, ImmutableArray<long> Shape, ImmutableArray<long> Strides, long Begin)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, static (product, extent) => product * extent);

    /// <summary>Elements from the first to the last in the file, both counted.</summary>
    public long Span { get; } = SpanOf(Shape.AsSpan(), Strides.AsSpan());

    /// <summary>Whether the elements lie as torch lays out a new tensor.</summary>
    public bool IsRowMajor
    {
        get
        {
            long next = 1;
            for (int dimension = Shape.Length - 1; dimension >= 0; dimension--)
            {
                // Where there is but one, its stride is never taken.
                if (Shape[dimension] > 1 && Strides[dimension] != next) return false;
                next *= Math.Max(Shape[dimension], 1);
            }

            return true;
        }
    }

    /// <summary>A tensor in row-major order.</summary>
    public static StoredTensor RowMajor(ElementType type, ImmutableArray<long> shape, long begin)
    {
        var strides = new long[shape.Length];
        long next = 1;
        for (int dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = next;
            next *= Math.Max(shape[dimension], 1);
        }

        return new(type, shape, ImmutableArray.Create(strides), begin);
    }

    /// <summary>Elements from the first to the last, both counted; 0 where there are none.</summary>
    /// <exception cref="OverflowException">No machine could address them.</exception>
    public static long SpanOf(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        if (shape.Contains(0)) return 0;
        long span = 1;
        for (int dimension = 0; dimension < shape.Length; dimension++) span = checked(span + ((shape[dimension] - 1) * strides[dimension]));

        return span;
    }

    /// <summary>The part from <paramref name="start"/> along a dimension.</summary>
    public StoredTensor Narrow(int dimension, long start, long length) => new(
        Type,
        Shape.SetItem(dimension, length),
        Strides,
        Begin + (start * Strides[dimension] * Type.Size));
}
