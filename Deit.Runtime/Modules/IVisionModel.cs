using TorchSharp;
using static TorchSharp.torch;

namespace Deit;

/// <summary>An image classifier made by the generator: <see cref="Classifier"/> or <see cref="DistilledClassifier"/>.</summary>
public interface IVisionModel : IDisposable
{
    /// <summary>What the compiler knows of the model: its layers, shapes and costs.</summary>
    ModelDescription Description { get; }

    /// <summary>The model as a TorchSharp module: parameters, state_dict, train() and eval().</summary>
    nn.Module Module { get; }

    /// <summary>The logits to predict from, shape (batch, classes); of a distilled model the mean of both heads.</summary>
    /// <param name="images">Normalised images, shape (batch, channels, height, width).</param>
    Tensor Predict(Tensor images);
}

/// <summary>What a generated class offers without an instance of it.</summary>
/// <typeparam name="TSelf">The generated class itself.</typeparam>
public interface IGeneratedModel<TSelf> : IVisionModel
    where TSelf : IGeneratedModel<TSelf>
{
    /// <inheritdoc cref="IVisionModel.Description"/>
    static new abstract ModelDescription Description { get; }

    /// <summary>Makes the model with freshly initialised weights, drawn from torch's global generator.</summary>
    static abstract TSelf Create(ModelOptions? options = null);
}
