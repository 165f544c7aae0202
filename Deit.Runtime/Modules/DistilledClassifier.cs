using Deit.Onnx;
using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit;

/// <summary>
/// A model with a class head and a distillation head, the student that a distilling trainer asks for.
/// </summary>
/// <param name="name">The model's name, as in timm.</param>
public abstract class DistilledClassifier(string name) : nn.Module<Tensor, DistilledLogits>(name), IVisionModel
{
    private FusedTraining? _training;
    private ModelInference? _inference;

    /// <inheritdoc/>
    public nn.Module Module => this;

    ModelDescription IVisionModel.Description => Describe();

    /// <inheritdoc/>
    public Tensor Predict(Tensor images)
    {
        using DistilledLogits logits = call(images);
        return logits.Mean();
    }

    /// <inheritdoc/>
    public virtual bool HasInference => false;

    /// <inheritdoc/>
    public Tensor Infer(Tensor images)
    {
        using DistilledLogits logits = InferHeads(images);
        return logits.Mean();
    }

    /// <summary>The logits of both heads, as <see cref="Infer"/> finds them.</summary>
    /// <param name="images">Normalised images, shape (batch, channels, height, width).</param>
    public DistilledLogits InferHeads(Tensor images)
    {
        if ((_inference ??= new(this, Describe().Input, CreateInference)).Forward(images) is [Tensor ofClass, Tensor ofDistillation]) return new(ofClass, ofDistillation);
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
    public TrainingTape ForwardTraining(Tensor images, out DistilledLogits logits)
    {
        TrainingTape tape = (_training ??= new(this, Describe().Input, CreateStep)).Forward(images);
        logits = new DistilledLogits(tape.Logits[0], tape.Logits[1]);
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
