namespace Deit.Optimization;

/// <summary>
/// A learning rate that rises linearly for some epochs and then falls along half a cosine (Loshchilov and Hutter,
/// arXiv 1608.03983, one cycle), with the values of timm's <c>CosineLRScheduler</c>.
/// </summary>
/// <remarks>
/// <see cref="At"/> is in force during the epoch that it is asked for, counted from 0, so that the first epoch trains with the
/// warmup rate. (The <c>facebookresearch/deit</c> script steps its scheduler an epoch late: it trains epochs 0 and 1 with
/// <c>At(0)</c>, epoch 2 with <c>At(1)</c>, and so on.) As in timm, the cosine counts from epoch 0, not from the end of the warmup.
/// </remarks>
/// <param name="BaseLearningRate">The peak of the cosine; greater than 0.</param>
/// <param name="Epochs">The length of the training; at least 1. From there on the rate stays at the minimum.</param>
/// <param name="WarmupEpochs">The length of the linear rise; at least 0.</param>
/// <param name="WarmupLearningRate">Where the rise begins; at least 0.</param>
/// <param name="MinimumLearningRate">Where the cosine ends; at least 0.</param>
/// <exception cref="DeitException">A value is out of range.</exception>
public sealed record CosineSchedule(
    double BaseLearningRate,
    int Epochs,
    int WarmupEpochs,
    double WarmupLearningRate = 1e-6,
    double MinimumLearningRate = 1e-5)
{
    /// <summary>The peak of the cosine.</summary>
    public double BaseLearningRate { get; } = Check.Value(
        "The learning rate", BaseLearningRate, double.IsFinite(BaseLearningRate) && BaseLearningRate > 0, "greater than 0");

    /// <summary>The length of the training.</summary>
    public int Epochs { get; } = Check.Value("The number of epochs", Epochs, Epochs >= 1, "at least 1");

    /// <summary>The length of the linear rise.</summary>
    public int WarmupEpochs { get; } = Check.Value("The number of warmup epochs", WarmupEpochs, WarmupEpochs >= 0, "at least 0");

    /// <summary>Where the rise begins.</summary>
    public double WarmupLearningRate { get; } = Check.Value(
        "The warmup learning rate", WarmupLearningRate, double.IsFinite(WarmupLearningRate) && WarmupLearningRate >= 0, "at least 0");

    /// <summary>Where the cosine ends.</summary>
    public double MinimumLearningRate { get; } = Check.Value(
        "The minimum learning rate", MinimumLearningRate, double.IsFinite(MinimumLearningRate) && MinimumLearningRate >= 0, "at least 0");

    /// <summary>The learning rate in force during an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public double At(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (epoch < WarmupEpochs)
        {
            return WarmupLearningRate + epoch * (BaseLearningRate - WarmupLearningRate) / WarmupEpochs;
        }

        return epoch < Epochs
            ? MinimumLearningRate + 0.5 * (BaseLearningRate - MinimumLearningRate) * (1 + Math.Cos(Math.PI * epoch / Epochs))
            : MinimumLearningRate;
    }
}
