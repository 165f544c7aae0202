namespace Deit.Optimization;

/// <summary>
/// A learning rate that rises linearly for some epochs and then falls along half a cosine (Loshchilov and Hutter,
/// arXiv 1608.03983, one cycle), with the values of timm's <c>CosineLRScheduler</c>.
/// </summary>
/// <param name="BaseLearningRate">The peak of the cosine; greater than 0.</param>
/// <param name="Epochs">The length of the cosine; at least 1. From there on the rate stays at the minimum.</param>
/// <param name="WarmupEpochs">The length of the linear rise; at least 0.</param>
/// <param name="WarmupLearningRate">Where the rise begins; at least 0.</param>
/// <param name="MinimumLearningRate">Where the cosine ends; at least 0.</param>
/// <param name="WarmupPrefix">Whether the cosine begins after the rise.</param>
/// <exception cref="DeitException">A value is out of range.</exception>
public sealed record CosineSchedule(
    double BaseLearningRate,
    int Epochs,
    int WarmupEpochs,
    double WarmupLearningRate = 1e-6,
    double MinimumLearningRate = 1e-5,
    bool WarmupPrefix = false)
    : LearningRateSchedule(BaseLearningRate, WarmupEpochs, WarmupLearningRate, WarmupPrefix)
{
    /// <summary>The length of the cosine.</summary>
    public int Epochs { get; } = Check.Value("The number of epochs", Epochs, Epochs >= 1, "at least 1");

    /// <summary>Where the cosine ends.</summary>
    public double MinimumLearningRate { get; } = Check.Value(
        "The minimum learning rate", MinimumLearningRate, double.IsFinite(MinimumLearningRate) && MinimumLearningRate >= 0, "at least 0");

    /// <inheritdoc/>
    protected override double After(int epoch, IReadOnlyList<double?> accuracies) => epoch < Epochs
        ? MinimumLearningRate + 0.5 * (BaseLearningRate - MinimumLearningRate) * (1 + Math.Cos(Math.PI * epoch / Epochs))
        : MinimumLearningRate;
}
