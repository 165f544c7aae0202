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

    /// <summary>Whether the compiler wrote inference code for the model; otherwise <see cref="Infer"/> is the readable forward pass.</summary>
    bool HasInference { get; }

    /// <summary>
    /// What <see cref="Predict"/> gives in evaluation, in less time, whatever mode the model is in: by generated code, in which batch
    /// norms and all that is known beforehand are folded into the weights. Nothing is recorded for autograd.
    /// </summary>
    /// <remarks>
    /// Weights are laid out by the first call, and anew after <c>train()</c>, <c>eval()</c>, a move, or when weights were trained or loaded;
    /// after single elements were changed by hand, call <c>eval()</c>. One thread at a time may use a model.
    /// </remarks>
    /// <param name="images">Normalised images, shape (batch, channels, height, width).</param>
    Tensor Infer(Tensor images);

    /// <summary>
    /// Writes the model with its present weights as an ONNX file, atomically. It takes <c>images</c>, (batch, channels, height,
    /// width), normalised, for any batch, and gives <c>logits</c>, (batch, classes), as <see cref="Predict"/> does in evaluation; a
    /// distilled model gives <c>class_logits</c> and <c>distillation_logits</c> too. The file is made from the model's declaration:
    /// nothing is run, and it is the same in training and in evaluation.
    /// </summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="options">What the file holds beside the model.</param>
    /// <exception cref="DeitException">The class was not generated, its tensors are not the declared ones any more, an option makes no sense, or the disk refuses.</exception>
    void ExportOnnx(string path, OnnxOptions? options = null);
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
