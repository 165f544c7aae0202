using static TorchSharp.torch;

namespace Deit.Benchmarking;

/// <summary>
/// A product of two large float32 matrices: as fast as libtorch computes on this machine, and so the measure of what a model
/// makes of it.
/// </summary>
/// <param name="device">Where to compute; null computes on the CPU.</param>
public sealed class Sgemm(Device? device = null) : IDisposable
{
    /// <summary>Floating-point operations of a product.</summary>
    public const double Operations = 2.0 * Size * Size * Size;

    private const long Size = 2048;
    private const ulong Seed = 0;

    private readonly Tensor _left = Matrix(device);
    private readonly Tensor _right = Matrix(device);

    /// <summary>The product, to be timed among the models.</summary>
    public Candidate Candidate => new("sgemm", () => _left.mm(_right).Dispose());

    /// <summary>The rate that a time is: operations in nanoseconds, which are GFLOP/s.</summary>
    /// <param name="operations">Floating-point operations.</param>
    /// <param name="milliseconds">How long they took.</param>
    public static double Gigaflops(double operations, double milliseconds) => operations / milliseconds / 1e6;

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private static Tensor Matrix(Device? device)
    {
        using var generator = new Generator(Seed, CPU);
        return ModelBatch.On(device, rand(Size, Size, device: CPU, generator: generator));
    }
}
