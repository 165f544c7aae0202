using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>Assertions on whole tensors.</summary>
internal static class TensorAssert
{
    /// <summary>Fails unless both have the same type, the same shape and, to the bit, the same elements.</summary>
    public static void Identical(Tensor expected, Tensor actual, string what = "The tensor")
    {
        Assert.True(expected.dtype == actual.dtype, $"{what} has the type {actual.dtype}, not {expected.dtype}.");
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what} has the shape {Shape(actual)}, not {Shape(expected)}.");

        byte[] expectedBytes = Bytes(expected);
        byte[] actualBytes = Bytes(actual);
        int same = expectedBytes.AsSpan().CommonPrefixLength(actualBytes);
        Assert.True(same == expectedBytes.Length, $"{what} has another element {same / expected.ElementSize}, counted in row-major order.");
    }

    private static string Shape(Tensor tensor) => $"({string.Join(", ", tensor.shape)})";

    private static byte[] Bytes(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().bytes.ToArray();
    }
}
