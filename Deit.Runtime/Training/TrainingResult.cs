using System.Collections.Immutable;

namespace Deit.Training;

/// <summary>What a training achieved.</summary>
/// <param name="Epochs">Every epoch, those of the runs that this one continued included; never empty.</param>
public sealed record TrainingResult(ImmutableArray<EpochMetrics> Epochs)
{
    /// <summary>The last epoch: what to report, since the best one was chosen by the very images that judge it.</summary>
    public EpochMetrics Last => Epochs[^1];

    /// <summary>How long training and evaluation took.</summary>
    public double Seconds => Epochs.Sum(static epoch => epoch.Seconds);

    /// <summary>Images trained on a second, the mean over all epochs by time; 0 where no time was measured.</summary>
    public double ImagesPerSecond
    {
        get
        {
            // Every epoch trains on equally many images, so the mean by time is the harmonic one.
            double secondsAnImage = Epochs.Sum(static epoch => 1 / epoch.ImagesPerSecond) / Epochs.Length;
            return double.IsFinite(secondsAnImage) ? 1 / secondsAnImage : 0;
        }
    }
}
