using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>A training step of a model as the compiler wrote it: what generated classes implement.</summary>
/// <param name="memory">The memory it works in, made for one batch size.</param>
public abstract class FusedStep(TrainingMemory memory) : IDisposable
{
    /// <summary>The memory it works in.</summary>
    public TrainingMemory Memory => memory;

    /// <summary>What <see cref="Forward"/> wrote: (batch, classes) for each head.</summary>
    public abstract Matrix[] Logits { get; }

    /// <summary>What <see cref="Backward"/> begins with: the gradient of the loss with respect to <see cref="Logits"/>.</summary>
    public abstract Matrix[] LogitGradients { get; }

    /// <summary>The forward pass; what backward needs of it stays in the memory.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    public abstract void Forward(Tensor images);

    /// <summary>The backward pass: the gradients of all parameters.</summary>
    /// <param name="images">The images that <see cref="Forward"/> had.</param>
    public abstract void Backward(Tensor images);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        memory.Dispose();
        GC.SuppressFinalize(this);
    }
}
