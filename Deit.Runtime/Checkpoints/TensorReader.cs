using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>Reads tensors from a file into tensors that are there already.</summary>
/// <remarks>
/// Where the target's memory is laid out as the file, the bytes are read straight into it. Everything else, another type, other
/// strides or another device, goes through a buffer of <see cref="PieceBytes"/>, however large the tensor is.
/// </remarks>
internal sealed class TensorReader(FileBytes file)
{
    /// <summary>The size of the buffer.</summary>
    public const int PieceBytes = 4 << 20;

    // Of what a span can address; one call of the system reads no more than 2 GiB in any case.
    private const int LargestRead = 1 << 30;

    /// <summary>Reads a tensor.</summary>
    /// <param name="stored">Where it is.</param>
    /// <param name="target">A tensor of its shape, of any type and on any device.</param>
    /// <exception cref="IOException">The disk fails, or the file has become shorter.</exception>
    public void Read(StoredTensor stored, Tensor target)
    {
        if (stored.Count == 0) return;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        if (IsLaidOutAlike(stored, target)) ReadBytes(stored.Begin, target.detach());
        else ReadPieces(stored, target.detach());
    }

    private static bool IsLaidOutAlike(StoredTensor stored, Tensor target) =>
        stored.IsRowMajor
        && stored.Type.Torch == target.dtype
        && stored.Type.Torch != ScalarType.Bool // of any other byte than 0 and 1 it would be undefined in torch
        && target.device_type == DeviceType.CPU
        && target.is_contiguous();

    private void ReadBytes(long position, Tensor contiguous)
    {
        Tensor flat = contiguous.view(-1);
        long most = LargestRead / flat.ElementSize;
        for (long start = 0; start < flat.numel(); start += most)
        {
            using Tensor piece = flat.narrow(0, start, Math.Min(most, flat.numel() - start));
            file.Read(position + (start * flat.ElementSize), piece.bytes);
        }
    }

    /// <summary>Cuts a tensor along its longest stride until the elements between its first and its last fit into the buffer.</summary>
    private void ReadPieces(StoredTensor stored, Tensor target)
    {
        long most = PieceBytes / stored.Type.Size;
        if (stored.Span <= most)
        {
            ReadPiece(stored, target);
            return;
        }

        int dimension = LongestStride(stored);
        (long extent, long stride) = (stored.Shape[dimension], stored.Strides[dimension]);
        long spanOfOne = stored.Span - ((extent - 1) * stride);
        long length = spanOfOne > most ? 1 : 1 + ((most - spanOfOne) / stride);
        for (long start = 0; start < extent; start += length)
        {
            using DisposeScope scope = NewDisposeScope();
            long taken = Math.Min(length, extent - start);
            ReadPieces(stored.Narrow(dimension, start, taken), target.narrow(dimension, start, taken));
        }
    }

    private void ReadPiece(StoredTensor stored, Tensor target)
    {
        using DisposeScope scope = NewDisposeScope();
        bool truths = stored.Type.Torch == ScalarType.Bool;
        Tensor elements = empty([stored.Span], dtype: truths ? ScalarType.Byte : stored.Type.Torch, device: CPU);
        ReadBytes(stored.Begin, elements);
        Tensor piece = elements.as_strided([.. stored.Shape], [.. stored.Strides]);
        target.copy_(truths ? piece.ne(0) : piece);
    }

    private static int LongestStride(StoredTensor stored)
    {
        int longest = -1;
        for (int dimension = 0; dimension < stored.Shape.Length; dimension++)
        {
            if (stored.Shape[dimension] > 1 && (longest < 0 || stored.Strides[dimension] > stored.Strides[longest])) longest = dimension;
        }

        return longest;
    }
}
