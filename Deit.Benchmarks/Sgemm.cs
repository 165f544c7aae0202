using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>
/// A product of two large float32 matrices: as fast as libtorch computes on this machine, and so the measure of what a model
/// makes of it.
/// </summary>
internal sealed class Sgemm : IDisposable
{
    /// <summary>Floating-point operations of a product.</summary>
    public const double Operations = 2.0 * Size * Size * Size;

    private const long Size = 2048;

    private readonly Tensor _left = Matrix();
    private readonly Tensor _right = Matrix();

    /// <summary>The product, to be timed among the models.</summary>
    public Candidate Candidate => new("sgemm", () => _left.mm(_right).Dispose());

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private static Tensor Matrix() => rand(Size, Size, device: CPU).DetachFromDisposeScope();
}
