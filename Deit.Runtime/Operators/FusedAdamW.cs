using Deit.Operators.Kernels;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// <see cref="AdamW"/> over <see cref="FlatParameters"/>: the same numbers, the same state, in one pass over memory, which also scales
/// gradients that are clipped and moves the average of the weights.
/// </summary>
/// <remarks>All parameters have a gradient here: one that nothing reached has zeros, and decays.</remarks>
public sealed class FusedAdamW : IDisposable
{
    private const string StepName = "step";

    private readonly AdamWOptions _options;
    private readonly FlatParameters _parameters;
    private readonly Moments[] _moments;
    private readonly Dictionary<string, Tensor> _state = new(StringComparer.Ordinal);

    /// <summary>Makes an optimizer with zero moments beside the parameters.</summary>
    /// <param name="parameters">The parameters, which stay their owner's.</param>
    /// <param name="options">The constants.</param>
    public FusedAdamW(FlatParameters parameters, AdamWOptions options)
    {
        _options = options;
        _parameters = parameters;
        _state.Add(StepName, tensor(0L, device: CPU).DetachFromDisposeScope());
        _moments = [.. parameters.Groups.Select(Track)];
    }

    /// <summary>How many steps were taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>Updates every parameter.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="gradientScale">What gradients are multiplied by first, as <see cref="FlatParameters.ClipFactor"/> gives it; they stay as they are.</param>
    /// <param name="average">The average of the weights to move towards them.</param>
    public void Step(double learningRate, double gradientScale = 1, FlatAverage? average = null)
    {
        StepCount++;
        double firstCorrection = 1 - Math.Pow(_options.Beta1, StepCount);
        double secondCorrection = Math.Sqrt(1 - Math.Pow(_options.Beta2, StepCount));

        // learningRate * (m / c1) / (sqrt(v) / c2 + epsilon), with the corrections taken out of the elementwise work.
        double epsilon = _options.Epsilon * secondCorrection;
        for (int index = 0; index < _moments.Length; index++)
        {
            FlatGroup group = _parameters.Groups[index];
            double rate = learningRate * group.LearningRateScale;
            var step = new GroupStep(gradientScale, 1 - rate * group.WeightDecay, -rate * secondCorrection / firstCorrection, epsilon);
            Update(group, _moments[index], step, average?.Groups[index], average?.Decay ?? 0);
        }

        average?.UpdateOthers();
    }

    /// <summary>What <see cref="AdamW.State"/> is for the same parameters: either optimizer goes on from it.</summary>
    /// <returns>Views of the optimizer's own tensors, which the next step changes: write or clone them before it, and do not dispose them.</returns>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        using var eager = Eager.Begin();
        _state[StepName].fill_(StepCount);
        return _state;
    }

    /// <summary>Takes over what <see cref="State"/> or <see cref="AdamW.State"/> gave. Entries of other names are ignored.</summary>
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

        foreach (Moments moments in _moments)
        {
            moments.Means.Dispose();
            moments.Squares.Dispose();
        }
    }

    private Moments Track(FlatGroup group)
    {
        using IDisposable noGradient = no_grad();
        var moments = new Moments(
            zeros_like(group.Values, device: group.Values.device).DetachFromDisposeScope(), zeros_like(group.Values, device: group.Values.device).DetachFromDisposeScope());
        foreach (FlatEntry entry in group.Entries)
        {
            _state.Add($"{entry.Name}.exp_avg", entry.In(moments.Means).DetachFromDisposeScope());
            _state.Add($"{entry.Name}.exp_avg_sq", entry.In(moments.Squares).DetachFromDisposeScope());
        }

        return moments;
    }

    private void Update(FlatGroup group, Moments moments, GroupStep step, Tensor? average, double averageDecay)
    {
        long count = group.Values.NumberOfElements;
        if (!group.IsOnHost)
        {
            UpdateElsewhere(group, moments, step, average, averageDecay);
            return;
        }

        unsafe
        {
            var numbers = new AdamWNumbers(
                Blend.Of(_options.Beta1), Blend.Of(_options.Beta2), (float)step.GradientScale, (float)step.Remainder, (float)step.Scale, (float)step.Epsilon, Blend.Of(averageDecay));
            NativeParallel.For((count + AdamWStep.Block - 1) / AdamWStep.Block, 1, new AdamWStep(
                FlatGroup.PointerTo(group.Values), FlatGroup.PointerTo(group.Gradients), FlatGroup.PointerTo(moments.Means), FlatGroup.PointerTo(moments.Squares),
                average is null ? null : FlatGroup.PointerTo(average), count, numbers));
        }
    }

    private void UpdateElsewhere(FlatGroup group, Moments moments, GroupStep step, Tensor? average, double averageDecay)
    {
        using var eager = Eager.Begin();
        Tensor gradients = step.GradientScale == 1 ? group.Gradients : group.Gradients * step.GradientScale;
        moments.Means.mul_(_options.Beta1).add_(gradients, alpha: 1 - _options.Beta1);
        moments.Squares.mul_(_options.Beta2).addcmul_(gradients, gradients, 1 - _options.Beta2);
        group.Values.mul_(step.Remainder).addcdiv_(moments.Means, moments.Squares.sqrt().add_(step.Epsilon), step.Scale);
        average?.mul_(averageDecay).add_(group.Values, alpha: 1 - averageDecay);
    }

    private sealed record Moments(Tensor Means, Tensor Squares);

    private readonly record struct GroupStep(double GradientScale, double Remainder, double Scale, double Epsilon);
}
