using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// A matrix inside somebody else's memory: rows are tokens or pixels, those of one image after those of another; columns are
/// channels. Row-major and without gaps. What generated training code works on: many are made once, none during a step.
/// </summary>
public sealed class Matrix : IDisposable
{
    private readonly nint _address;
    private Tensor? _transposed;
    private Tensor? _flat;
    private Matrix? _leading;

    /// <summary>Makes a matrix in the memory of a tensor.</summary>
    /// <param name="memory">The tensor, of any shape, whose storage holds the elements; it may be disposed, its storage stays.</param>
    /// <param name="offset">Elements of the storage before the first of the matrix.</param>
    /// <param name="rows">How many rows; at least 1.</param>
    /// <param name="columns">How many columns; at least 1.</param>
    /// <param name="images">Among how many images the rows are divided, where that is known.</param>
    public Matrix(Tensor memory, long offset, long rows, long columns, long images = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Rows = rows;
        Columns = columns;
        Images = images;
        using (no_grad())
        using (Tensor detached = memory.detach())
        {
            Tensor = detached.as_strided([rows, columns], [columns, 1], offset).DetachFromDisposeScope();
        }

        Type = Tensor.dtype;
        Device = Tensor.device_type;
        bool isHost = Device == DeviceType.CPU;
        _address = isHost ? AddressOf(Tensor) : 0;
        OnHost = isHost && Type == ScalarType.Float32 && Vector256.IsHardwareAccelerated;
    }

    /// <summary>How many rows.</summary>
    public long Rows { get; }

    /// <summary>How many columns.</summary>
    public long Columns { get; }

    /// <summary>Among how many images the rows are divided; 1 where that is not known.</summary>
    public long Images { get; }

    /// <summary>How many elements.</summary>
    public long Count => Rows * Columns;

    /// <summary>The element type.</summary>
    public ScalarType Type { get; }

    /// <summary>The kind of device that the memory is on.</summary>
    public DeviceType Device { get; }

    /// <summary>The matrix as a tensor, shape (rows, columns), without gradient.</summary>
    public Tensor Tensor { get; }

    /// <summary>
    /// Whether the C# kernels can work on it: float32 in the memory of a CPU that has vectors of 256 bits. Everything else is done
    /// by libtorch's operators.
    /// </summary>
    public bool OnHost { get; }

    /// <summary>libtorch's handle of <see cref="Tensor"/>, valid as long as the matrix.</summary>
    public nint Handle => Tensor.Handle;

    /// <summary>The transposed matrix as a view of the same memory, shape (columns, rows).</summary>
    public Tensor Transposed => _transposed ??= View(static matrix => matrix.Tensor.t());

    /// <summary>libtorch's handle of <see cref="Transposed"/>.</summary>
    public nint TransposedHandle => Transposed.Handle;

    /// <summary>All elements as a view of one dimension, shape (rows * columns).</summary>
    public Tensor Flat => _flat ??= View(static matrix => matrix.Tensor.view(-1));

    /// <summary>libtorch's handle of <see cref="Flat"/>.</summary>
    public nint FlatHandle => Flat.Handle;

    /// <summary>The first element of a float32 matrix on the CPU.</summary>
    /// <exception cref="InvalidOperationException">The matrix is on another device or of another type.</exception>
    public unsafe float* Pointer => Type == ScalarType.Float32 && _address != 0
        ? (float*)_address
        : throw new InvalidOperationException($"{this} has no elements that C# can read: they must be float32, on the CPU.");

    /// <summary>The first rows alone, in the same memory; valid until another number of rows is asked for.</summary>
    /// <param name="rows">How many.</param>
    public Matrix Leading(long rows)
    {
        if (rows == Rows) return this;
        if (_leading?.Rows == rows) return _leading;
        _leading?.Dispose();
        return _leading = new(Tensor, Tensor.storage_offset(), rows, Columns, rows * Images / Rows);
    }

    /// <summary>Adds one to every element: to the count of batches that a normalisation has seen.</summary>
    internal unsafe void CountUp()
    {
        if (Type == ScalarType.Int64 && _address != 0 && Count == 1)
        {
            ++*(long*)_address;
            return;
        }

        using var eager = Eager.Begin();
        Tensor.add_(1);
    }

    /// <summary>Where it begins, of any element type; 0 on other devices than the CPU.</summary>
    internal nint Address => _address;

    /// <summary>The views; the memory is somebody else's.</summary>
    public void Dispose()
    {
        Tensor.Dispose();
        _transposed?.Dispose();
        _flat?.Dispose();
        _leading?.Dispose();
    }

    /// <summary>The shape and the type: <c>a 197 x 192 matrix of Float32</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"a {Rows} x {Columns} matrix of {Type}");

    private Tensor View(Func<Matrix, Tensor> view)
    {
        using IDisposable noGradient = no_grad();
        return view(this).DetachFromDisposeScope();
    }

    /// <summary>Where a tensor on the CPU begins. Asks for one element: TorchSharp measures its spans in an int.</summary>
    private static unsafe nint AddressOf(Tensor tensor)
    {
        using Tensor first = tensor.as_strided([1, 1], [1, 1], tensor.storage_offset());
        fixed (byte* pointer = first.bytes)
        {
            return (nint)pointer;
        }
    }
}
