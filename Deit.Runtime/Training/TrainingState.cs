using Deit.Checkpoints;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>All that a training changes: the model's weights, their moving average, and what the optimizer remembers.</summary>
/// <remarks>Made after the model was moved to its device.</remarks>
internal sealed class TrainingState : IDisposable
{
    private readonly IVisionModel _model;
    private readonly Descent _descent;

    public TrainingState(IVisionModel model, TrainingOptions options, bool fused)
    {
        _model = model;
        Average = options.EmaDecay == 0 ? null : new(model.Module, options.EmaDecay);
        _descent = Descent.For(model, options, Average, fused);
    }

    /// <summary>The moving average of the weights; null where none is kept.</summary>
    public ExponentialMovingAverage? Average { get; }

    /// <summary>Finds the gradients of a micro-batch; with the last one of a step, goes a step down the mean of all.</summary>
    /// <returns>Whether it could: where a gradient of the micro-batch is not finite, nothing has changed, and the step is over.</returns>
    public bool Descend(Lesson lesson, MicroBatch part, double learningRate)
    {
        if (part.IsFirst) _descent.ZeroGradients();
        lesson.Backward(part.Count);
        return _descent.TryGather(part) && (!part.IsLast || _descent.TryStep(learningRate));
    }

    /// <summary>Writes a checkpoint.</summary>
    public void Save(string folder, CheckpointState progress) =>
        CheckpointFolder.Save(folder, new(StateDict.Of(_model.Module), Average?.Shadow, _descent.State(), progress));

    /// <summary>Takes a checkpoint over.</summary>
    /// <exception cref="DeitException">It is damaged or of another model.</exception>
    public void Load(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointContent content = CheckpointFolder.Load(folder);
        StateDict.Load(_model.Module, content.Model, strict: true, Path.Combine(folder, CheckpointFolder.ModelFile));
        _descent.LoadState(content.Optimizer);
        Average?.LoadShadow(content.Ema ?? throw new DeitException(
            $"The checkpoint '{folder}' has no moving average to continue: train without one, or begin anew."));
    }

    public void Dispose()
    {
        Average?.Dispose();
        _descent.Dispose();
    }
}
