using Deit.Modules;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The images that a branch of stochastic depth is computed for in a step, and the factor that keeps the expectation (Huang et al.,
/// arXiv 1603.09382). Inside the branch they are packed: matrices have rows for them alone.
/// </summary>
/// <remarks>
/// Where each image is dropped by itself and none is kept, one is computed with factor 0: no kernel meets an empty matrix. Where all
/// are dropped together, the branch is not run.
/// </remarks>
public sealed class KeptImages : IDisposable
{
    private readonly long _batch;
    private Tensor? _indices;
    private readonly DropPathMode _mode;
    private long[] _images;

    internal KeptImages(Matrix factors, DropPathMode mode)
    {
        _mode = mode;
        Factors = factors;
        _batch = factors.Rows;
        Count = _batch;
        _images = [.. Enumerable.Range(0, (int)_batch).Select(static i => (long)i)];
        Scale = 1;
    }

    /// <summary>The factor of every image of the batch, batch × 1: 0 where the branch is left out.</summary>
    public Matrix Factors { get; }

    /// <summary>How many images are kept.</summary>
    public long Count { get; private set; }

    /// <summary>The factor of those that are kept.</summary>
    public double Scale { get; private set; }

    /// <summary>Whether the branch is run.</summary>
    public bool Any => Count > 0;

    /// <summary>Whether it is run for all images.</summary>
    public bool HasAll => Count == _batch;

    /// <summary>Whether all are kept as they are.</summary>
    public bool IsWhole => HasAll && Scale == 1;

    /// <summary>The rows of the kept images: the first of a matrix in which they are packed.</summary>
    public Matrix Of(Matrix matrix) => matrix.Leading(Shapes.Times(matrix.Rows, _batch) * Count);

    /// <summary>Frees the numbers of the kept images.</summary>
    public void Dispose() => _indices?.Dispose();

    /// <summary>Takes over the factors that were drawn for the next step.</summary>
    internal void Refresh()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] factors = [.. Factors.Flat.cpu().to(ScalarType.Float64).data<double>()];
        long[] kept = [.. Enumerable.Range(0, factors.Length).Where(i => factors[i] > 0).Select(static i => (long)i)];
        Scale = kept.Length == 0 ? 0 : factors[kept[0]];
        if (kept.Length == 0 && _mode == DropPathMode.Sample) kept = [0];
        Count = kept.Length;
        _images = kept;
        _indices?.Dispose();
        _indices = HasAll ? null : tensor(kept, device: Factors.Tensor.device).DetachFromDisposeScope();
    }

    /// <summary>Copies the rows of the kept images, times a factor, to the first rows of a matrix.</summary>
    internal unsafe Matrix Take(Matrix from, Matrix to, double scale)
    {
        Matrix packed = Of(to);
        if (from.OnHost)
        {
            fixed (long* images = _images) NativeParallel.For(Count, 1, new TakeImages(images, from.Pointer, packed.Pointer, (float)scale, from.Count / _batch));
            return packed;
        }

        using var eager = Eager.Begin();
        Tensor rows = _indices is null ? from.Tensor : from.Tensor.view(_batch, -1).index_select(0, _indices).view(packed.Rows, packed.Columns);
        packed.Tensor.copy_(scale == 1 ? rows : rows * scale);
        return packed;
    }

    /// <summary>Copies the rows of the kept images into a matrix of its own; the caller disposes it.</summary>
    internal Matrix Take(Matrix from)
    {
        using Tensor memory = empty([from.Count], dtype: from.Type, device: from.Tensor.device);
        using var all = new Matrix(memory, 0, from.Rows, from.Columns);
        Take(from, all, scale: 1);
        return new(memory, 0, Shapes.Times(from.Rows, _batch) * Count, from.Columns);
    }

    /// <summary>to += scale * packed, in the rows of the kept images.</summary>
    internal unsafe void AddTo(Matrix to, Matrix packed, double scale)
    {
        if (to.OnHost)
        {
            fixed (long* images = _images) NativeParallel.For(Count, 1, new AddImages(images, packed.Pointer, to.Pointer, (float)scale, to.Count / _batch));
            return;
        }

        using var eager = Eager.Begin();
        if (_indices is null) to.Tensor.add_(packed.Tensor, alpha: scale);
        else to.Tensor.view(_batch, -1).index_add_(0, _indices, packed.Tensor.view(Count, -1), scale);
    }

    /// <summary>The layer norm of the kept images, packed; of matrices that C# can read.</summary>
    internal unsafe void LayerNorm(Matrix x, Matrix weight, Matrix bias, double epsilon, Matrix y, Matrix mean, Matrix inverseDeviation)
    {
        fixed (long* images = _images)
        {
            NativeParallel.For(Count, 1, new LayerNormOfKept(
                images, x.Pointer, weight.Pointer, bias.Pointer, (float)epsilon, y.Pointer, mean.Pointer, inverseDeviation.Pointer, x.Rows / _batch, x.Columns));
        }
    }
}
