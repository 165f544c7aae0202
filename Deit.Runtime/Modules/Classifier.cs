using TorchSharp;
using static TorchSharp.torch;

namespace Deit;

/// <summary>A model with one head: images in, logits out.</summary>
/// <param name="name">The model's name, as in timm.</param>
public abstract class Classifier(string name) : nn.Module<Tensor, Tensor>(name), IVisionModel
{
    /// <inheritdoc/>
    public nn.Module Module => this;

    ModelDescription IVisionModel.Description => Describe();

    /// <inheritdoc/>
    public Tensor Predict(Tensor images) => call(images);

    /// <summary>The generated class's own description.</summary>
    protected abstract ModelDescription Describe();
}
