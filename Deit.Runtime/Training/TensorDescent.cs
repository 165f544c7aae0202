using Deit.Optimization;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A descent parameter by parameter, by libtorch's operators.</summary>
internal sealed class TensorDescent : Descent
{
    private readonly Optimization.AdamW _optimizer;
    private readonly ExponentialMovingAverage? _average;
    private readonly GradientClipper _clipper;
    private readonly EmaDecay? _decay;

    public TensorDescent(IVisionModel model, TrainingOptions options, ExponentialMovingAverage? average)
    {
        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model.Module, options.WeightDecay, options.LayerDecay);
        _optimizer = new(groups, options.AdamW);
        _average = average;
        _clipper = new(model, options, groups);
        _decay = options.EmaWarmup ? new(options.EmaDecay) : null;
    }

    public override void ZeroGradients() => _optimizer.ZeroGradients();

    /// <summary>Autograd adds to the gradients that are there.</summary>
    public override void Gather(MicroBatch part)
    {
    }

    public override void Step(double learningRate)
    {
        _clipper.Clip();
        _optimizer.Step(learningRate);
        if (_decay is { } decay) _average?.Update(decay.At(_optimizer.StepCount));
        else _average?.Update();
    }

    public override IReadOnlyDictionary<string, Tensor> State() => _optimizer.State();

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _optimizer.LoadState(state);

    public override void Dispose() => _optimizer.Dispose();
}
