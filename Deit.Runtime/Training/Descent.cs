using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>How gradients change a model: clipping, AdamW and the moving average of the weights, in one step.</summary>
internal abstract class Descent : IDisposable
{
    /// <summary>Makes what suits the way in which gradients are found.</summary>
    /// <param name="model">The model, on its device.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="average">The moving average of its weights; null where none is kept.</param>
    /// <param name="fused">Whether generated code trains it.</param>
    public static Descent For(IVisionModel model, TrainingOptions options, Optimization.ExponentialMovingAverage? average, bool fused) =>
        fused ? new FlatDescent(model, options, average) : new TensorDescent(model, options, average);

    /// <summary>Sets all gradients to zero, where the next backward pass adds to them.</summary>
    public abstract void ZeroGradients();

    /// <summary>Takes the gradients of a micro-batch into the step's: after each backward pass, in order.</summary>
    /// <param name="part">Its place in the step; the gradients are those of its share of the step's loss.</param>
    /// <returns>
    /// Whether the step can go on: where it has several micro-batches, the one whose gradients are not finite ends it. Those of the last one, be it
    /// the only one, <see cref="TryStep"/> may judge.
    /// </returns>
    public abstract bool TryGather(MicroBatch part);

    /// <summary>Goes a step down the gradients that the parameters have.</summary>
    /// <returns>Whether it did: where one of them is not finite, nothing changes.</returns>
    public abstract bool TryStep(double learningRate);

    /// <summary>What the optimizer remembers; the same names whichever way is taken.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State();

    /// <summary>Takes over what <see cref="State"/> gave.</summary>
    public abstract void LoadState(IReadOnlyDictionary<string, Tensor> state);

    public abstract void Dispose();
}
