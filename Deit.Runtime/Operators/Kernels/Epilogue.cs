namespace Deit.Operators.Kernels;

/// <summary>What happens to a product before it is in memory.</summary>
/// <param name="activation">What is applied last.</param>
/// <param name="residual">What is added before; null for nothing.</param>
/// <param name="residualStride">Floats from one of its rows to the next.</param>
internal readonly unsafe struct Epilogue(Activation activation, float* residual, long residualStride)
{
    /// <summary>What is applied last.</summary>
    public Activation Activation { get; } = activation;

    /// <summary>Floats from one row of the residual to the next.</summary>
    public nint ResidualStride => (nint)residualStride;

    /// <summary>What the output is at least.</summary>
    public float Floor => Activation == Activation.Relu ? 0 : float.NegativeInfinity;

    /// <summary>From a row and a column on.</summary>
    public float* Residual(long row, long column) => residual == null ? null : residual + row * residualStride + column;

    /// <summary>Applies the activation to floats that are in the cache.</summary>
    /// <param name="y">The first.</param>
    /// <param name="count">How many.</param>
    public void Activate(float* y, long count)
    {
        switch (Activation)
        {
            case Activation.Relu:
                Elementwise.Map<ReluFunction, AnyColumns>(y, y, count);
                break;
            case Activation.Silu:
                Elementwise.Map<SiluFunction, AnyColumns>(y, y, count);
                break;
            case Activation.Gelu:
                Elementwise.Map<GeluFunction, AnyColumns>(y, y, count);
                break;
            case Activation.Sigmoid:
                Elementwise.Map<SigmoidFunction, AnyColumns>(y, y, count);
                break;
        }
    }
}
