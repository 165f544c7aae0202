using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>The forward pass of a model as the compiler wrote it for inference: what generated classes implement.</summary>
/// <param name="memory">The memory it works in, made for one batch size.</param>
public abstract class FusedInference(InferenceMemory memory) : IDisposable
{
    /// <summary>The memory it works in.</summary>
    public InferenceMemory Memory => memory;

    /// <summary>What <see cref="Forward"/> wrote: (batch, classes) for each head.</summary>
    public abstract Matrix[] Logits { get; }

    /// <summary>The forward pass.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    public abstract void Forward(Tensor images);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        memory.Dispose();
        GC.SuppressFinalize(this);
    }
}
