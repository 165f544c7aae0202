using Deit.Checkpoints;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Deit.Training;

/// <summary>All that a training changes: the model's weights, their moving average, and what the optimizer remembers.</summary>
/// <remarks>Made after the model was moved to its device.</remarks>
internal sealed class TrainingState : IDisposable
{
    private readonly IVisionModel _model;
    private readonly AdamW _optimizer;
    private readonly Parameter[] _parameters;
    private readonly double _maximumGradientNorm;

    public TrainingState(IVisionModel model, TrainingOptions options)
    {
        _model = model;
        _maximumGradientNorm = options.MaximumGradientNorm;
        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model.Module, options.WeightDecay);
        _parameters = [.. groups.SelectMany(static group => group.Parameters).Select(static entry => entry.Parameter)];
        _optimizer = new(groups, options.AdamW);
        Average = options.EmaDecay == 0 ? null : new(model.Module, options.EmaDecay);
    }

    /// <summary>The moving average of the weights; null where none is kept.</summary>
    public ExponentialMovingAverage? Average { get; }

    /// <summary>Goes a step down the gradient of a loss.</summary>
    public void Descend(Tensor loss, double learningRate)
    {
        _optimizer.ZeroGradients();
        loss.backward();
        if (_maximumGradientNorm > 0) GradientClipping.ByNorm(_parameters, _maximumGradientNorm);
        _optimizer.Step(learningRate);
        Average?.Update();
    }

    /// <summary>Writes a checkpoint.</summary>
    public void Save(string folder, CheckpointState progress) =>
        CheckpointFolder.Save(folder, new(StateDict.Of(_model.Module), Average?.Shadow, _optimizer.State(), progress));

    /// <summary>Takes a checkpoint over.</summary>
    /// <exception cref="DeitException">It is damaged or of another model.</exception>
    public void Load(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointContent content = CheckpointFolder.Load(folder);
        StateDict.Load(_model.Module, content.Model, strict: true, Path.Combine(folder, CheckpointFolder.ModelFile));
        _optimizer.LoadState(content.Optimizer);
        Average?.LoadShadow(content.Ema ?? throw new DeitException(
            $"The checkpoint '{folder}' has no moving average to continue: train without one, or begin anew."));
    }

    public void Dispose()
    {
        Average?.Dispose();
        _optimizer.Dispose();
    }
}
