namespace Deit.Training;

/// <summary>Measures how a teacher's answering goes on.</summary>
/// <param name="time">The clock.</param>
/// <param name="options">Epochs in all, images of a batch.</param>
/// <param name="missing">Epochs to answer.</param>
/// <param name="batches">Batches of an epoch.</param>
internal sealed class AnswerMeter(TimeProvider time, TrainingOptions options, int missing, int batches)
{
    private readonly long _begin = time.GetTimestamp();
    private long _epochBegin = time.GetTimestamp();
    private long _done;

    /// <summary>Counts a batch.</summary>
    public BatchAnswered BatchDone(int epoch, int batch)
    {
        _done++;
        double seconds = time.GetElapsedTime(_begin).TotalSeconds;
        double left = ((long)missing * batches) - _done;
        return new(epoch, options.TotalEpochs, batch, batches, PerSecond(_done, seconds), TimeSpan.FromSeconds(seconds * left / _done));
    }

    /// <summary>Ends an epoch.</summary>
    public EpochAnswered EpochDone(int epoch)
    {
        double seconds = time.GetElapsedTime(_epochBegin).TotalSeconds;
        _epochBegin = time.GetTimestamp();
        return new(epoch, options.TotalEpochs, PerSecond(batches, seconds), seconds);
    }

    private double PerSecond(long count, double seconds) => seconds > 0 ? count * options.BatchSize / seconds : 0;
}
