using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// The buffers of a model as they were before a step. A forward pass in training mode moves the statistics of batch norms before anyone can
/// know whether its loss is a number.
/// </summary>
internal sealed class KeptBuffers : IDisposable
{
    private readonly (Tensor Buffer, Tensor Kept)[] _buffers;

    /// <param name="model">The model, on its device.</param>
    public KeptBuffers(nn.Module model)
    {
        using IDisposable noGradient = no_grad();
        _buffers = [.. model.named_buffers().Select(static entry => (entry.buffer, entry.buffer.clone().DetachFromDisposeScope()))];
    }

    /// <summary>Keeps the buffers as they are.</summary>
    public void Keep()
    {
        using IDisposable noGradient = no_grad();
        foreach ((Tensor buffer, Tensor kept) in _buffers) kept.copy_(buffer);
    }

    /// <summary>Makes the buffers what they were.</summary>
    public void Restore()
    {
        using IDisposable noGradient = no_grad();
        foreach ((Tensor buffer, Tensor kept) in _buffers) buffer.copy_(kept);
    }

    public void Dispose()
    {
        foreach ((_, Tensor kept) in _buffers) kept.Dispose();
    }
}
