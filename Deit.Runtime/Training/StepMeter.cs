using Deit.Checkpoints;

namespace Deit.Training;

/// <summary>Running means and paces for those who watch a training.</summary>
/// <param name="time">The clock.</param>
/// <param name="epochs">The epochs of the training.</param>
/// <param name="steps">The steps of an epoch.</param>
internal sealed class StepMeter(TimeProvider time, int epochs, int steps)
{
    private readonly long _begin = time.GetTimestamp();
    private int _stepsOfRun;
    private int _epoch;
    private long _epochBegin;
    private int _stepsOfEpoch;
    private int _batches;
    private double _loss;
    private long _right;
    private long _images;
    private double _secondsBefore;

    /// <summary>The mean loss of the epoch's images so far.</summary>
    public double Loss => _loss / _images;

    /// <summary>Images a second in the epoch so far; 0 where the clock does not move.</summary>
    public double ImagesPerSecond => Seconds > 0 ? _images / Seconds : 0;

    /// <summary>The time spent on the epoch so far, before and after a pause.</summary>
    public double Seconds => _secondsBefore + time.GetElapsedTime(_epochBegin).TotalSeconds;

    /// <summary>How far the epoch is.</summary>
    public EpochPosition Position => new(_batches, _images, _loss, _right, Seconds);

    /// <summary>Begins an epoch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="from">Where in it to go on; null at its beginning.</param>
    /// <param name="batchesPerStep">The batches of a step.</param>
    public void BeginEpoch(int epoch, EpochPosition? from, int batchesPerStep)
    {
        from ??= new(0, 0, 0, 0, 0);
        (_epoch, _batches, _stepsOfEpoch) = (epoch, from.Batches, MicroBatch.Steps(from.Batches, batchesPerStep));
        (_loss, _right, _images, _secondsBefore) = (from.LossSum, from.Right, from.Images, from.Seconds);
        _epochBegin = time.GetTimestamp();
    }

    /// <summary>Counts the images of a micro-batch.</summary>
    /// <param name="loss">The mean of their losses.</param>
    /// <param name="right">Those whose prediction was right.</param>
    /// <param name="images">How many they are.</param>
    public void Add(double loss, long right, int images)
    {
        _loss += loss * images;
        _right += right;
        _images += images;
        _batches++;
    }

    /// <summary>Counts a step.</summary>
    public void CountStep()
    {
        _stepsOfRun++;
        _stepsOfEpoch++;
    }

    /// <summary>Where the training stands.</summary>
    public StepDone Report(TrainingPhase phase)
    {
        // Evaluations between the steps count in: they are in the elapsed time, and those to come are in proportion.
        int stepsLeft = ((epochs - _epoch) * steps) + steps - _stepsOfEpoch;
        TimeSpan remaining = time.GetElapsedTime(_begin) / _stepsOfRun * stepsLeft;
        return new(phase, _epoch, epochs, _stepsOfEpoch, steps, Loss, (double)_right / _images, ImagesPerSecond, remaining);
    }
}
