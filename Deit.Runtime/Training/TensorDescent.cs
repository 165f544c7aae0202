using Deit.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A descent parameter by parameter, by libtorch's operators.</summary>
internal sealed class TensorDescent : Descent
{
    private readonly Optimization.AdamW _optimizer;
    private readonly ExponentialMovingAverage? _average;
    private readonly GradientClipper _clipper;
    private readonly EmaDecay? _decay;
    private readonly Parameter[] _parameters;

    public TensorDescent(IVisionModel model, TrainingOptions options, ExponentialMovingAverage? average)
    {
        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model.Module, options.WeightDecay, options.LayerDecay);
        _parameters = [.. groups.SelectMany(static group => group.Parameters).Select(static entry => entry.Parameter)];
        _optimizer = new(groups, options.AdamW);
        _average = average;
        _clipper = new(model, options, groups);
        _decay = options.EmaWarmup ? new(options.EmaDecay) : null;
    }

    public override void ZeroGradients() => _optimizer.ZeroGradients();

    /// <summary>Autograd adds to the gradients that are there: the first micro-batch after which the sum is not finite is to blame.</summary>
    public override bool TryGather(MicroBatch part) => part.IsLast || GradientsAreFinite();

    public override bool TryStep(double learningRate)
    {
        if (!GradientsAreFinite()) return false;
        _clipper.Clip();
        _optimizer.Step(learningRate);
        if (_decay is { } decay) _average?.Update(decay.At(_optimizer.StepCount));
        else _average?.Update();
        return true;
    }

    public override IReadOnlyDictionary<string, Tensor> State() => _optimizer.State();

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _optimizer.LoadState(state);

    public override void Dispose() => _optimizer.Dispose();

    private bool GradientsAreFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor[] finite = [.. _parameters.Select(static parameter => parameter.grad).OfType<Tensor>().Select(static gradient => gradient.isfinite().all())];

        // Together: on a GPU each answer on its own would be waited for.
        return finite.Length == 0 || stack(finite).all().item<bool>();
    }
}
