using Deit.Onnx;
using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit;

/// <summary>A model with one head: images in, logits out.</summary>
/// <param name="name">The model's name, as in timm.</param>
public abstract class Classifier(string name) : nn.Module<Tensor, Tensor>(name), IVisionModel
{
    private FusedTraining? _training;
    private ModelInference? _inference;

    /// <inheritdoc/>
    public nn.Module Module => this;

    ModelDescription IVisionModel.Description => Describe();

    /// <inheritdoc/>
    public Tensor Predict(Tensor images) => call(images);

    /// <inheritdoc/>
    public virtual bool HasInference => false;

    /// <inheritdoc/>
    public Tensor Infer(Tensor images)
    {
        if ((_inference ??= new(this, Describe().Input, CreateInference)).Forward(images) is [Tensor logits]) return logits;
        using IDisposable evaluation = Evaluating.Begin(this);
        return call(images);
    }

    /// <inheritdoc/>
    public void ExportOnnx(string path, OnnxOptions? options = null) => OnnxExport.Write(this, path, options ?? new());

    /// <summary>
    /// The forward pass by generated code: faster than <c>call</c>, and as exact. Make any loss of the logits, let autograd find its
    /// gradient with respect to them, and <see cref="TrainingTape.Backward"/> goes on from there.
    /// </summary>
    /// <param name="images">Normalised images, shape (batch, channels, height, width).</param>
    /// <param name="logits">The logits, leaves of autograd's graph; the tape's to dispose.</param>
    /// <returns>What backward needs; dispose it before the next step.</returns>
    /// <exception cref="DeitException">The model has no generated training code.</exception>
    public TrainingTape ForwardTraining(Tensor images, out Tensor logits)
    {
        TrainingTape tape = (_training ??= new(this, Describe().Input, CreateStep)).Forward(images);
        logits = tape.Logits[0];
        return tape;
    }

    /// <summary>Makes the generated training step for a batch size; null where there is none.</summary>
    protected virtual FusedStep? CreateStep(long batch) => null;

    /// <summary>Makes the generated inference for a batch size; null where there is none.</summary>
    /// <param name="layers">The model's layers.</param>
    /// <param name="batch">Images of a pass.</param>
    protected virtual FusedInference? CreateInference(PackedLayers layers, long batch) => null;

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        _inference?.Forget();
        base.train(train);
    }

    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking)
    {
        _inference?.Forget();
        return base._to(device, dtype, non_blocking);
    }

    /// <inheritdoc/>
    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
    {
        _inference?.Forget();
        return base._to(deviceType, deviceIndex, non_blocking);
    }

    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking)
    {
        _inference?.Forget();
        return base._to(dtype, non_blocking);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _training?.Dispose();
            _inference?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The generated class's own description.</summary>
    protected abstract ModelDescription Describe();
}
