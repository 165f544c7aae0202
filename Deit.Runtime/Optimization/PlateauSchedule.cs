namespace Deit.Optimization;

/// <summary>
/// A learning rate that rises linearly and is then multiplied by a rate whenever the accuracy has not grown for some evaluations, with the
/// values of timm's <c>PlateauLRScheduler</c> over PyTorch's <c>ReduceLROnPlateau</c>.
/// </summary>
/// <remarks>
/// The rate follows from the accuracies alone, so that a run that is resumed goes on as if it had not been interrupted. Epochs of the
/// rise and those that were not evaluated do not count, as in timm.
/// </remarks>
/// <param name="BaseLearningRate">Where it begins; greater than 0.</param>
/// <param name="Patience">The evaluations without progress that are borne: the next one decays; at least 0.</param>
/// <param name="DecayRate">What is multiplied by; greater than 0 and at most 1.</param>
/// <param name="WarmupEpochs">The length of the linear rise; at least 0.</param>
/// <param name="WarmupLearningRate">Where the rise begins; at least 0.</param>
/// <param name="MinimumLearningRate">The least rate; at least 0.</param>
/// <exception cref="DeitException">A value is out of range.</exception>
public sealed record PlateauSchedule(
    double BaseLearningRate,
    int Patience,
    double DecayRate,
    int WarmupEpochs,
    double WarmupLearningRate = 1e-6,
    double MinimumLearningRate = 1e-5)
    : LearningRateSchedule(BaseLearningRate, WarmupEpochs, WarmupLearningRate, warmupPrefix: false)
{
    /// <summary>By which part of itself the best accuracy must be exceeded to count as progress; timm's.</summary>
    private const double Threshold = 1e-4;

    /// <summary>The least change of a rate that is made; PyTorch's.</summary>
    private const double LeastChange = 1e-8;

    /// <summary>The evaluations without progress that are borne.</summary>
    public int Patience { get; } = Check.Value("The patience with a plateau", Patience, Patience >= 0, "at least 0");

    /// <summary>What is multiplied by.</summary>
    public double DecayRate { get; } = DecayOptions.CheckRate(DecayRate);

    /// <summary>The least rate.</summary>
    public double MinimumLearningRate { get; } = Check.Value(
        "The minimum learning rate", MinimumLearningRate, double.IsFinite(MinimumLearningRate) && MinimumLearningRate >= 0, "at least 0");

    /// <inheritdoc/>
    protected override double After(int epoch, IReadOnlyList<double?> accuracies)
    {
        double rate = BaseLearningRate;
        double best = double.NegativeInfinity;
        int without = 0;
        foreach (double accuracy in accuracies.Take(epoch).Skip(WarmupEpochs).OfType<double>())
        {
            if (accuracy > best * (1 + Threshold))
            {
                best = accuracy;
                without = 0;
                continue;
            }

            if (++without <= Patience) continue;
            double lower = Math.Max(rate * DecayRate, MinimumLearningRate);
            if (rate - lower > LeastChange) rate = lower;
            without = 0;
        }

        return rate;
    }
}
