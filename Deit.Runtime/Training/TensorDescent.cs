using Deit.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A descent parameter by parameter, by libtorch's operators.</summary>
internal sealed class TensorDescent : Descent
{
    private readonly Optimization.AdamW _optimizer;
    private readonly Parameter[] _parameters;
    private readonly ExponentialMovingAverage? _average;
    private readonly double _maximumGradientNorm;

    public TensorDescent(IVisionModel model, TrainingOptions options, ExponentialMovingAverage? average)
    {
        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model.Module, options.WeightDecay);
        _parameters = [.. groups.SelectMany(static group => group.Parameters).Select(static entry => entry.Parameter)];
        _optimizer = new(groups, options.AdamW);
        _average = average;
        _maximumGradientNorm = options.MaximumGradientNorm;
    }

    public override void ZeroGradients() => _optimizer.ZeroGradients();

    /// <summary>Autograd adds to the gradients that are there.</summary>
    public override void Gather(MicroBatch part)
    {
    }

    public override void Step(double learningRate)
    {
        if (_maximumGradientNorm > 0) GradientClipping.ByNorm(_parameters, _maximumGradientNorm);
        _optimizer.Step(learningRate);
        _average?.Update();
    }

    public override IReadOnlyDictionary<string, Tensor> State() => _optimizer.State();

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _optimizer.LoadState(state);

    public override void Dispose() => _optimizer.Dispose();
}
