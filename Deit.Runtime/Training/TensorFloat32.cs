using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// A while in which CUDA's matrix products and convolutions of float32 tensors may, or may not, round what they multiply to TF32, of ten bits of
/// mantissa. libtorch keeps the two switches for the whole process; afterwards they are as they were. A CPU knows no TF32.
/// </summary>
internal sealed class TensorFloat32 : IDisposable
{
    private readonly bool _products = backends.cuda.matmul.allow_tf32;
    private readonly bool _convolutions = backends.cudnn.allow_tf32;

    private TensorFloat32(bool allowed) => Set(allowed, allowed);

    /// <summary>Begins it.</summary>
    /// <param name="allowed">Whether rounding is allowed. PyTorch's own defaults differ: it is for convolutions, and not for products.</param>
    public static IDisposable Begin(bool allowed) => new TensorFloat32(allowed);

    /// <inheritdoc/>
    public void Dispose() => Set(_products, _convolutions);

    private static void Set(bool products, bool convolutions)
    {
        backends.cuda.matmul.allow_tf32 = products;
        backends.cudnn.allow_tf32 = convolutions;
    }
}
