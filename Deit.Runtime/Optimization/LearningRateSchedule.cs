namespace Deit.Optimization;

/// <summary>
/// The learning rates of the epochs: a linear rise, and then what the kind of schedule says, with the values of timm's schedulers
/// stepped once an epoch.
/// </summary>
/// <remarks>
/// <see cref="At"/> is in force during the epoch that it is asked for, counted from 0, so that the first epoch trains with the
/// warmup rate. (The <c>facebookresearch/deit</c> script steps its scheduler an epoch late: it trains epochs 0 and 1 with
/// <c>At(0)</c>, epoch 2 with <c>At(1)</c>, and so on.) As in timm, a schedule counts from epoch 0, not from the end of the warmup,
/// unless the warmup is a prefix.
/// </remarks>
public abstract record LearningRateSchedule
{
    /// <summary>Checks what all schedules have.</summary>
    /// <exception cref="DeitException">A value is out of range.</exception>
    protected LearningRateSchedule(double baseLearningRate, int warmupEpochs, double warmupLearningRate, bool warmupPrefix)
    {
        BaseLearningRate = Check.Value(
            "The learning rate", baseLearningRate, double.IsFinite(baseLearningRate) && baseLearningRate > 0, "greater than 0");
        WarmupEpochs = Check.Value("The number of warmup epochs", warmupEpochs, warmupEpochs >= 0, "at least 0");
        WarmupLearningRate = Check.Value(
            "The warmup learning rate", warmupLearningRate, double.IsFinite(warmupLearningRate) && warmupLearningRate >= 0, "at least 0");
        WarmupPrefix = warmupPrefix;
    }

    /// <summary>The learning rate where the schedule begins; greater than 0.</summary>
    public double BaseLearningRate { get; }

    /// <summary>The length of the linear rise.</summary>
    public int WarmupEpochs { get; }

    /// <summary>Where the rise begins.</summary>
    public double WarmupLearningRate { get; }

    /// <summary>Whether the schedule begins after the rise, and not with it.</summary>
    public bool WarmupPrefix { get; }

    /// <summary>The learning rate in force during an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="accuracies">
    /// What the epochs before it achieved, the first one first, for a schedule that waits for progress to end; null for one that was not
    /// evaluated, and for none at all.
    /// </param>
    public double At(int epoch, IReadOnlyList<double?>? accuracies = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return epoch < WarmupEpochs
            ? WarmupLearningRate + epoch * (BaseLearningRate - WarmupLearningRate) / WarmupEpochs
            : After(WarmupPrefix ? epoch - WarmupEpochs : epoch, accuracies ?? []);
    }

    /// <summary>The learning rate of an epoch after the rise.</summary>
    /// <param name="epoch">The epoch, counted as <see cref="WarmupPrefix"/> says.</param>
    /// <param name="accuracies">What the epochs before it achieved, those of the rise among them.</param>
    protected abstract double After(int epoch, IReadOnlyList<double?> accuracies);
}
