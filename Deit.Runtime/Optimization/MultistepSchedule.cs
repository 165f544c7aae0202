using Deit.Compiler;

namespace Deit.Optimization;

/// <summary>
/// A learning rate that rises linearly and is then multiplied by a rate at each of some epochs, with the values of timm's
/// <c>MultiStepLRScheduler</c>: a milestone counts from the epoch before it on, because timm asks for the epochs that are done.
/// </summary>
/// <param name="BaseLearningRate">Where it begins; greater than 0.</param>
/// <param name="Milestones">The epochs, counted from 1, at which it decays.</param>
/// <param name="DecayRate">What a milestone multiplies by; greater than 0 and at most 1.</param>
/// <param name="WarmupEpochs">The length of the linear rise; at least 0.</param>
/// <param name="WarmupLearningRate">Where the rise begins; at least 0.</param>
/// <param name="WarmupPrefix">Whether the milestones are counted from the end of the rise.</param>
/// <exception cref="DeitException">A value is out of range.</exception>
public sealed record MultistepSchedule(
    double BaseLearningRate,
    EquatableArray<long> Milestones,
    double DecayRate,
    int WarmupEpochs,
    double WarmupLearningRate = 1e-6,
    bool WarmupPrefix = false)
    : StepwiseSchedule(BaseLearningRate, DecayRate, WarmupEpochs, WarmupLearningRate, WarmupPrefix)
{
    /// <inheritdoc/>
    protected override int Decays(int epoch) => Milestones.Count(milestone => milestone <= epoch + 1);
}
