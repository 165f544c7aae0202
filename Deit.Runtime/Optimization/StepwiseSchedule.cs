namespace Deit.Optimization;

/// <summary>A learning rate that rises linearly and is then multiplied by a rate at certain epochs, whatever was achieved.</summary>
public abstract record StepwiseSchedule : LearningRateSchedule
{
    /// <summary>Checks what such schedules have.</summary>
    /// <exception cref="DeitException">A value is out of range.</exception>
    protected StepwiseSchedule(double baseLearningRate, double decayRate, int warmupEpochs, double warmupLearningRate, bool warmupPrefix)
        : base(baseLearningRate, warmupEpochs, warmupLearningRate, warmupPrefix) => DecayRate = DecayOptions.CheckRate(decayRate);

    /// <summary>What a decay multiplies by; greater than 0 and at most 1.</summary>
    public double DecayRate { get; }

    /// <inheritdoc/>
    protected sealed override double After(int epoch, IReadOnlyList<double?> accuracies) => BaseLearningRate * Math.Pow(DecayRate, Decays(epoch));

    /// <summary>How often the rate has decayed.</summary>
    /// <param name="epoch">The epoch, counted as <see cref="LearningRateSchedule.WarmupPrefix"/> says.</param>
    protected abstract int Decays(int epoch);
}
