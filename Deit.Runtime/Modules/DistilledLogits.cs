using TorchSharp;
using static TorchSharp.torch;

namespace Deit;

/// <summary>
/// What a distilled model answers: the logits of its class head, trained on the labels, and of its distillation head,
/// trained on the teacher (Touvron et al., arXiv 2012.12877, section 4).
/// </summary>
/// <param name="Class">Logits read from the class token, shape (batch, classes).</param>
/// <param name="Distillation">Logits read from the distillation token, shape (batch, classes).</param>
public readonly record struct DistilledLogits(Tensor Class, Tensor Distillation) : IDisposable
{
    /// <summary>The mean of both heads, shape (batch, classes): the model's prediction, as in DeiT and timm.</summary>
    public Tensor Mean() => (Class + Distillation) / 2;

    /// <summary>Hands both tensors to the dispose scope around the current one.</summary>
    public DistilledLogits MoveToOuterDisposeScope() => new(Class.MoveToOuterDisposeScope(), Distillation.MoveToOuterDisposeScope());

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Class.Dispose();
        Distillation.Dispose();
    }
}
