using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Optimization;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2; the learning rate multiplies the
/// decay, as in PyTorch). Every step updates parameters and moments in place.
/// </summary>
/// <remarks>
/// A parameter without a gradient is left alone, moments and decay included. Bias correction counts the optimizer's steps,
/// not those of the single parameter.
/// </remarks>
public sealed class AdamW : IDisposable
{
    private const string StepName = "step";

    private readonly AdamWOptions _options;
    private readonly Group[] _groups;
    private readonly Dictionary<string, Tensor> _state = [];
    private readonly Scalar _beta1;
    private readonly Scalar _beta2;
    private readonly Scalar _gradientShare;
    private readonly Scalar _squareShare;

    /// <summary>Makes an optimizer with zero moments beside the parameters, on their devices.</summary>
    /// <param name="groups">The parameters; a name may occur once.</param>
    /// <param name="options">The constants.</param>
    /// <exception cref="ArgumentException">Two parameters have one name.</exception>
    public AdamW(IReadOnlyList<ParameterGroup> groups, AdamWOptions options)
    {
        _options = options;
        _beta1 = options.Beta1;
        _beta2 = options.Beta2;
        _gradientShare = 1 - options.Beta1;
        _squareShare = 1 - options.Beta2;
        _state.Add(StepName, tensor(0L, device: CPU).DetachFromDisposeScope());
        _groups = [.. groups.Select(group => new Group(group.WeightDecay, group.LearningRateScale, [.. group.Parameters.Select(Track)]))];
    }

    /// <summary>How many steps were taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    public void Step(double learningRate)
    {
        StepCount++;
        double firstCorrection = 1 - Math.Pow(_options.Beta1, StepCount);
        double secondCorrection = Math.Sqrt(1 - Math.Pow(_options.Beta2, StepCount));

        // learningRate * (m / c1) / (sqrt(v) / c2 + epsilon), with the corrections taken out of the elementwise work.
        using Scalar epsilon = _options.Epsilon * secondCorrection;
        using IDisposable noGradient = no_grad();
        foreach (Group group in _groups)
        {
            double rate = learningRate * group.LearningRateScale;
            using Scalar scale = -rate * secondCorrection / firstCorrection;
            using Scalar? remainder = group.WeightDecay == 0 ? null : 1 - rate * group.WeightDecay;
            foreach (Tracked tracked in group.Parameters)
            {
                Update(tracked, remainder, scale, epsilon);
            }
        }
    }

    /// <summary>Sets the gradients to zero in place, so that their memory, which may be a view of a larger tensor, stays.</summary>
    public void ZeroGradients()
    {
        using IDisposable noGradient = no_grad();
        foreach (Tracked tracked in _groups.SelectMany(static group => group.Parameters))
        {
            using Tensor? gradient = tracked.Parameter.grad;
            gradient?.fill_(0);
        }
    }

    /// <summary>
    /// Everything that a later run needs to go on exactly as this one: <c>NAME.exp_avg</c> and <c>NAME.exp_avg_sq</c> (the running
    /// means of gradient and squared gradient, shaped like the parameter) and <c>step</c> (an int64 scalar).
    /// </summary>
    /// <returns>The optimizer's own tensors, which the next step changes: write or clone them before it, and do not dispose them.</returns>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        _state[StepName].fill_(StepCount);
        return _state;
    }

    /// <summary>Takes over what <see cref="State"/> gave. Entries of other names are ignored.</summary>
    /// <param name="state">The saved tensors, on any device; they are copied.</param>
    /// <exception cref="DeitException">An entry is missing or has another shape; nothing was changed then.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        SavedTensors.Copy(state, _state, "optimizer state");
        StepCount = _state[StepName].item<long>();
    }

    /// <summary>Frees the moments; the parameters are the model's.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in _state.Values)
        {
            tensor.Dispose();
        }

        _beta1.Dispose();
        _beta2.Dispose();
        _gradientShare.Dispose();
        _squareShare.Dispose();
    }

    private Tracked Track((string Name, Parameter Parameter) entry) =>
        new(entry.Parameter, Moment($"{entry.Name}.exp_avg", entry.Parameter), Moment($"{entry.Name}.exp_avg_sq", entry.Parameter));

    private Tensor Moment(string name, Parameter parameter)
    {
        Tensor moment = zeros_like(parameter, device: parameter.device).DetachFromDisposeScope();
        _state.Add(name, moment);
        return moment;
    }

    private void Update(Tracked tracked, Scalar? remainder, Scalar scale, Scalar epsilon)
    {
        using Tensor? gradient = tracked.Parameter.grad;
        if (gradient is null)
        {
            return;
        }

        if (remainder is not null)
        {
            tracked.Parameter.mul_(remainder);
        }

        tracked.Mean.mul_(_beta1).add_(gradient, _gradientShare);
        tracked.Square.mul_(_beta2).addcmul_(gradient, gradient, _squareShare);
        using Tensor denominator = tracked.Square.sqrt().add_(epsilon);
        tracked.Parameter.addcdiv_(tracked.Mean, denominator, scale);
    }

    private sealed record Group(double WeightDecay, double LearningRateScale, Tracked[] Parameters);

    private sealed record Tracked(Parameter Parameter, Tensor Mean, Tensor Square);
}
