using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>A linear layer with its weight laid out for inference: y = activation(x Wᵀ + b [+ residual]) in one pass.</summary>
public sealed class PackedLinear : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <summary>Copies a weight and a bias; what happens to them afterwards makes no difference.</summary>
    /// <param name="weight">Out x in, floating-point, on any device.</param>
    /// <param name="bias">Shape (out), or none.</param>
    public PackedLinear(Tensor weight, Tensor? bias)
    {
        using var eager = Eager.Begin();
        _weight = weight.detach().clone().DetachFromDisposeScope();
        _bias = bias?.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>Columns of the input.</summary>
    public long In => _weight.shape[1];

    /// <summary>Columns of the output.</summary>
    public long Out => _weight.shape[0];

    /// <summary>y = activation(x Wᵀ + b [+ residual]).</summary>
    /// <param name="x">Rows x in.</param>
    /// <param name="y">Rows x out.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="residual">Rows x out; may be <paramref name="y"/>.</param>
    public void Apply(Matrix x, Matrix y, Activation activation = Activation.None, Matrix? residual = null)
    {
        Shapes.Are(x, x.Rows, In);
        Shapes.Are(y, x.Rows, Out);
        if (residual is not null) Shapes.Same(y, residual);

        using var eager = Eager.Begin();
        Tensor sum = nn.functional.linear(x.Tensor, _weight, _bias);
        if (residual is not null) sum = sum + residual.Tensor;
        y.Tensor.copy_(Fused.Activated(sum, activation));
    }

    /// <summary>Frees the copies.</summary>
    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
