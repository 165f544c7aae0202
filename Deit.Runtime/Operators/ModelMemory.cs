using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The memory of generated code: one arena for every intermediate value, at the places that the compiler planned, and the model's own
/// tensors as matrices. It owns all matrices that it gives.
/// </summary>
public abstract class ModelMemory : IDisposable
{
    private readonly List<Matrix> _matrices = [];

    /// <summary>Makes the arena.</summary>
    /// <param name="model">The model; all its parameters are on one device and of one type.</param>
    /// <param name="batch">Images at a time; at least 1.</param>
    /// <param name="elementsPerImage">Elements of the arena for each image; a multiple of 16 keeps what follows aligned.</param>
    /// <param name="constantElements">Elements whatever the batch.</param>
    private protected ModelMemory(nn.Module model, long batch, long elementsPerImage, long constantElements)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(elementsPerImage);
        ArgumentOutOfRangeException.ThrowIfNegative(constantElements);
        Parameters = model.named_parameters().ToDictionary(static entry => entry.name, static entry => entry.parameter, StringComparer.Ordinal);
        Parameter first = Parameters.Values.FirstOrDefault()
            ?? throw new ArgumentException("The model has no parameters, so it has no device to compute on.", nameof(model));
        Batch = batch;
        ConstantsBegin = checked(elementsPerImage * batch);
        Arena = empty([Math.Max(1, checked(ConstantsBegin + constantElements))], dtype: first.dtype, device: first.device).DetachFromDisposeScope();
    }

    /// <summary>Images at a time.</summary>
    public long Batch { get; }

    /// <summary>The memory itself, of one dimension; libtorch aligns it to 64 bytes at least. What is in it belongs to the pass that runs.</summary>
    public Tensor Arena { get; }

    /// <summary>The model's parameters by name.</summary>
    private protected Dictionary<string, Parameter> Parameters { get; }

    /// <summary>Elements of the arena before those whose number does not depend on the batch.</summary>
    private protected long ConstantsBegin { get; }

    /// <summary>A matrix with rows for each image.</summary>
    /// <param name="offset">Elements before it for each image.</param>
    /// <param name="rows">Rows for each image.</param>
    /// <param name="columns">Columns.</param>
    public Matrix Matrix(long offset, long rows, long columns) => Keep(new(Arena, checked(offset * Batch), checked(rows * Batch), columns, Batch));

    /// <summary>A parameter of the model.</summary>
    /// <param name="name">Its name, as in the state dictionary.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="offset">Elements of the parameter before it, where it is a part of one.</param>
    /// <exception cref="ArgumentException">The model has no such parameter, or it is smaller.</exception>
    public Matrix Parameter(string name, long rows, long columns, long offset = 0) => Keep(MatrixOf(Named(Parameters, name), name, rows, columns, offset));

    /// <summary>Frees the arena and all matrices; the model's tensors are the model's.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what is owned.</summary>
    /// <param name="disposing">Whether it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (Matrix matrix in _matrices) matrix.Dispose();
        Arena.Dispose();
    }

    /// <summary>A tensor of the model.</summary>
    private protected static T Named<T>(Dictionary<string, T> tensors, string name) => tensors.TryGetValue(name, out T? tensor)
        ? tensor
        : throw new ArgumentException($"The model has no tensor '{name}': its code was generated for another model.", nameof(name));

    /// <summary>A part of a tensor as a matrix.</summary>
    private protected static Matrix MatrixOf(Tensor tensor, string name, long rows, long columns, long offset) =>
        tensor.NumberOfElements >= offset + (rows * columns) && tensor.is_contiguous()
            ? new(tensor, tensor.storage_offset() + offset, rows, columns)
            : throw new ArgumentException(FormattableString.Invariant(
                $"'{name}' has shape ({string.Join(", ", tensor.shape)}) where {rows} x {columns} elements without gaps are needed."));

    /// <summary>Owns a matrix.</summary>
    private protected Matrix Keep(Matrix matrix)
    {
        _matrices.Add(matrix);
        return matrix;
    }
}
