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
    private readonly GradientClipper _clipper;
    private readonly double _clipLimit;
    private readonly EmaDecay? _decay;

    public FlatDescent(IVisionModel model, TrainingOptions options, ExponentialMovingAverage? average)
    {
        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model.Module, options.WeightDecay, options.LayerDecay);
        _parameters = new(groups);
        _optimizer = new(_parameters, options.AdamW);
        _average = average is null ? null : new(model.Module, average, _parameters, options.EmaDecay);
        _decay = options.EmaWarmup ? new(options.EmaDecay) : null;
        _sum = options.GradientAccumulationSteps > 1 ? new(_parameters) : null;
        _clipper = new(model, options, groups);
        _clipLimit = options.ClipLimit;
    }

    /// <summary>Generated code writes gradients and adds to none.</summary>
    public override void ZeroGradients()
    {
    }

    public override bool TryGather(MicroBatch part)
    {
        if (part.Count == 1) return true;

        // The sum could not tell which pass was to blame.
        if (!double.IsFinite(_parameters.GradientNorm())) return false;
        if (part.IsFirst) _sum!.Clear();
        if (part.IsLast) _sum!.AddToGradients();
        else _sum!.Add();
        return true;
    }

    public override bool TryStep(double learningRate)
    {
        // One pass over the gradients tells both whether they are finite and how long they are.
        double norm = _parameters.GradientNorm();
        if (!double.IsFinite(norm)) return false;
        double scale = 1;
        if (_clipper.IsByNorm) scale = FlatParameters.ClipFactor(norm, _clipLimit);
        else _clipper.Clip();
        if (_average is not null && _decay is { } decay) _average.Decay = decay.At(_optimizer.StepCount + 1);
        _optimizer.Step(learningRate, scale, _average);
        return true;
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
