namespace Deit.Optimization;

/// <summary>
/// A learning rate that rises linearly and is then multiplied by a rate every so many epochs, with the values of timm's
/// <c>StepLRScheduler</c>; a rate of 1 keeps it constant.
/// </summary>
/// <param name="BaseLearningRate">Where it begins; greater than 0.</param>
/// <param name="DecayEpochs">The epochs between two steps; at least 1.</param>
/// <param name="DecayRate">What a step multiplies by; greater than 0 and at most 1.</param>
/// <param name="WarmupEpochs">The length of the linear rise; at least 0.</param>
/// <param name="WarmupLearningRate">Where the rise begins; at least 0.</param>
/// <param name="WarmupPrefix">Whether the steps are counted from the end of the rise.</param>
/// <exception cref="DeitException">A value is out of range.</exception>
public sealed record StepSchedule(
    double BaseLearningRate,
    int DecayEpochs,
    double DecayRate,
    int WarmupEpochs,
    double WarmupLearningRate = 1e-6,
    bool WarmupPrefix = false)
    : StepwiseSchedule(BaseLearningRate, DecayRate, WarmupEpochs, WarmupLearningRate, WarmupPrefix)
{
    /// <summary>The epochs between two steps.</summary>
    public int DecayEpochs { get; } = Check.Value("The number of epochs between two decays", DecayEpochs, DecayEpochs >= 1, "at least 1");

    /// <inheritdoc/>
    protected override int Decays(int epoch) => epoch / DecayEpochs;
}
