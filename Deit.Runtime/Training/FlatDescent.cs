using Deit.Operators;
using Deit.Optimization;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A descent over flat storage: all parameters in a pass or two over memory.</summary>
internal sealed class FlatDescent : Descent
{
    private readonly FlatParameters _parameters;
    private readonly FusedAdamW _optimizer;
    private readonly FlatAverage? _average;
    private readonly FlatGradientSum? _sum;
    private readonly double _maximumGradientNorm;

    public FlatDescent(IVisionModel model, TrainingOptions options, ExponentialMovingAverage? average)
    {
        _parameters = new(WeightDecayGroups.Create(model.Module, options.WeightDecay));
        _optimizer = new(_parameters, options.AdamW);
        _average = average is null ? null : new(model.Module, average, _parameters, options.EmaDecay);
        _sum = options.GradientAccumulationSteps > 1 ? new(_parameters) : null;
        _maximumGradientNorm = options.MaximumGradientNorm;
    }

    /// <summary>Generated code writes gradients and adds to none.</summary>
    public override void ZeroGradients()
    {
    }

    public override void Gather(MicroBatch part)
    {
        if (part.Count == 1) return;
        if (part.IsFirst) _sum!.Clear();
        if (part.IsLast) _sum!.AddToGradients();
        else _sum!.Add();
    }

    public override void Step(double learningRate)
    {
        double scale = _maximumGradientNorm > 0 ? FlatParameters.ClipFactor(_parameters.GradientNorm(), _maximumGradientNorm) : 1;
        _optimizer.Step(learningRate, scale, _average);
    }

    public override IReadOnlyDictionary<string, Tensor> State() => _optimizer.State();

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _optimizer.LoadState(state);

    public override void Dispose()
    {
        _sum?.Dispose();
        _average?.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
    }
}
