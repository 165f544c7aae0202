using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>A linear layer with its weight laid out for inference: y = activation(x Wᵀ + b [+ residual]) in one pass.</summary>
public sealed unsafe class PackedLinear : IDisposable
{
    // Either panels, or, for libtorch, the layer as it is.
    private readonly Panels? _panels;
    private readonly Tensor? _weight;
    private readonly Tensor? _bias;

    /// <summary>Copies a weight and a bias; what happens to them afterwards makes no difference.</summary>
    /// <param name="weight">Out x in, floating-point, on any device.</param>
    /// <param name="bias">Shape (out), or none.</param>
    public PackedLinear(Tensor weight, Tensor? bias)
        : this(weight, bias, Panels.Widest)
    {
    }

    /// <summary>Copies a weight and a bias.</summary>
    /// <param name="weight">Out x in.</param>
    /// <param name="bias">Shape (out), or none.</param>
    /// <param name="width">How wide vectors may be.</param>
    internal PackedLinear(Tensor weight, Tensor? bias, VectorWidth width)
    {
        ArgumentNullException.ThrowIfNull(weight);
        In = weight.shape[1];
        Out = weight.shape[0];
        using var eager = Eager.Begin();
        if (width != VectorWidth.None && weight.is_cpu() && weight.dtype == ScalarType.Float32)
        {
            _panels = new(weight.detach().t().unsqueeze(0), bias?.detach(), width);
            return;
        }

        _weight = weight.detach().clone().DetachFromDisposeScope();
        _bias = bias?.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>Columns of the input.</summary>
    public long In { get; }

    /// <summary>Columns of the output.</summary>
    public long Out { get; }

    /// <summary>y = activation(x Wᵀ + b [+ residual]).</summary>
    /// <param name="x">Rows x in.</param>
    /// <param name="y">Rows x out.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="residual">Rows x out; may be <paramref name="y"/>.</param>
    /// <exception cref="ArgumentException">A matrix has another shape.</exception>
    /// <exception cref="InvalidOperationException">The weight is of float32 on the CPU, and a matrix is not.</exception>
    public void Apply(Matrix x, Matrix y, Activation activation = Activation.None, Matrix? residual = null)
    {
        Shapes.Are(x, x.Rows, In);
        Shapes.Are(y, x.Rows, Out);
        if (residual is not null) Shapes.Same(y, residual);
        if (_panels is not null)
        {
            LinearProduct.Run(_panels, x, y, activation, residual);
            return;
        }

        using var eager = Eager.Begin();
        Tensor sum = nn.functional.linear(x.Tensor, _weight!, _bias);
        if (residual is not null) sum = sum + residual.Tensor;
        y.Tensor.copy_(Fused.Activated(sum, activation));
    }

    /// <summary>Frees the copies.</summary>
    public void Dispose()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _panels?.Dispose();
    }
}
