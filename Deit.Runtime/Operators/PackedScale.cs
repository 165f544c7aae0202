using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>A factor and a shift for each channel: a batch normalisation by its running statistics that no layer takes over.</summary>
public sealed class PackedScale : IDisposable
{
    private readonly Tensor _scale;
    private readonly Tensor _shift;

    /// <summary>Keeps factors and shifts.</summary>
    /// <param name="scale">Shape (channels).</param>
    /// <param name="shift">Shape (channels).</param>
    public PackedScale(Tensor scale, Tensor shift)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(shift);
        _scale = scale.clone().DetachFromDisposeScope();
        _shift = shift.clone().DetachFromDisposeScope();
    }

    /// <summary>y = activation(scale · x + shift), channel by channel.</summary>
    /// <param name="x">Rows x channels.</param>
    /// <param name="y">Rows x channels; may be <paramref name="x"/>.</param>
    /// <param name="activation">What follows.</param>
    public void Apply(Matrix x, Matrix y, Activation activation = Activation.None)
    {
        Shapes.Same(x, y);
        using var eager = Eager.Begin();
        y.Tensor.copy_(Fused.Activated((x.Tensor * _scale) + _shift, activation));
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _scale.Dispose();
        _shift.Dispose();
    }
}
