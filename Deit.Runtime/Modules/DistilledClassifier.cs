using TorchSharp;
using static TorchSharp.torch;

namespace Deit;

/// <summary>
/// A model with a class head and a distillation head, the student that a distilling trainer asks for.
/// </summary>
/// <param name="name">The model's name, as in timm.</param>
public abstract class DistilledClassifier(string name) : nn.Module<Tensor, DistilledLogits>(name), IVisionModel
{
    /// <inheritdoc/>
    public nn.Module Module => this;

    ModelDescription IVisionModel.Description => Describe();

    /// <inheritdoc/>
    public Tensor Predict(Tensor images)
    {
        using DistilledLogits logits = call(images);
        return logits.Mean();
    }

    /// <summary>The generated class's own description.</summary>
    protected abstract ModelDescription Describe();
}
