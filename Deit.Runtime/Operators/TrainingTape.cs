using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// What a fused forward pass left for its backward pass. Any loss may be made of the logits with autograd; from the logits down,
/// generated code goes on.
/// </summary>
/// <remarks>A step has one tape at a time: dispose it before the next forward pass of the same batch size.</remarks>
public sealed class TrainingTape : IDisposable
{
    private readonly FusedStep _step;
    private readonly Tensor _images;
    private readonly Action _release;

    internal TrainingTape(FusedStep step, Tensor images, Action release)
    {
        _step = step;
        _images = images.alias().DetachFromDisposeScope();
        _release = release;
        step.Memory.Draw();
        step.Forward(_images);
        Logits = [.. step.Logits.Select(static logits => logits.Tensor.clone().requires_grad_(true).DetachFromDisposeScope())];
    }

    /// <summary>The logits of every head, (batch, classes): leaves of autograd's graph.</summary>
    public IReadOnlyList<Tensor> Logits { get; }

    /// <summary>Runs backward from the gradients that autograd left on <see cref="Logits"/>; a head without one has gradient 0.</summary>
    public void Backward()
    {
        using IDisposable noGradient = no_grad();
        for (int i = 0; i < Logits.Count; i++)
        {
            using Tensor? gradient = Logits[i].grad;
            if (gradient is null) _step.LogitGradients[i].Tensor.zero_();
            else _step.LogitGradients[i].Tensor.copy_(gradient);
        }

        _step.Backward(_images);
    }

    /// <summary>Gives the memory back to the next step.</summary>
    public void Dispose()
    {
        foreach (Tensor logits in Logits) logits.Dispose();
        _images.Dispose();
        _release();
    }
}
