using System.Collections.Immutable;

namespace Deit.Checkpoints.PyTorch;

/// <summary>Checks that a tensor lies in its storage. Nothing that it lets through can read beyond, or overflow.</summary>
internal static class TensorWindow
{
    /// <summary>Most dimensions; most of torch's operators refuse more.</summary>
    public const int MaxDimensions = 64;

    /// <summary>Checks a tensor.</summary>
    /// <exception cref="InvalidDataException">It does not lie in its storage; the message says how.</exception>
    public static PickledTensor Check(PickledStorage storage, long offset, ImmutableArray<long> shape, ImmutableArray<long> strides)
    {
        string what = $"a tensor of shape {EntryText.Shape(shape.AsSpan())} and strides {EntryText.Shape(strides.AsSpan())}";
        if (shape.Length != strides.Length) throw new InvalidDataException($"{what} has more of one than of the other");
        if (shape.Any(static extent => extent < 0) || strides.Any(static stride => stride < 0) || offset < 0)
            throw new InvalidDataException($"{what}, from element {offset} of its storage on, has a negative one of these");

        // Of 8 bytes an element, the most there are: the type may be none of those known here.
        if (ElementType.All[0].BytesOf(shape.AsSpan()) is null) throw new InvalidDataException($"{what} is too large for any machine");
        if (SpanOf(shape, strides) is not { } span || span > storage.Count || offset > storage.Count - span)
        {
            throw new InvalidDataException(
                $"{what}, from element {offset} on, does not lie in its storage {EntryText.Quote(storage.Key)}, which has {storage.Count} elements");
        }

        return new(storage, offset, shape, strides);
    }

    private static long? SpanOf(ImmutableArray<long> shape, ImmutableArray<long> strides)
    {
        try
        {
            return StoredTensor.SpanOf(shape.AsSpan(), strides.AsSpan());
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
