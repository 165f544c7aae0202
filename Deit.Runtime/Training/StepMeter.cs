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
    private double _waited;
    private int _skipped;
    private (double Loss, long Right, long Images) _step;

    /// <summary>The mean loss of the epoch's images so far.</summary>
    public double Loss => _loss / _images;

    /// <summary>Images a second in the epoch so far; 0 where the clock does not move.</summary>
    public double ImagesPerSecond => Seconds > 0 ? _images / Seconds : 0;

    /// <summary>The time spent on the epoch so far, before and after a pause.</summary>
    public double Seconds => _secondsBefore + time.GetElapsedTime(_epochBegin).TotalSeconds;

    /// <summary>The time of it in which the training waited for a batch.</summary>
    public double DataSeconds => _waited;

    /// <summary>Steps of the epoch so far that the weights know nothing of: given up, or rolled back.</summary>
    public int SkippedSteps => _skipped;

    /// <summary>Steps of the epoch that were given up: in a row, or in all, as <see cref="CountStep"/> is told.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether the weights have learned anything in the epoch.</summary>
    public bool HasLearned => _images > 0;

    /// <summary>How far the epoch is: after the last step that was counted.</summary>
    public EpochPosition Position => new(_batches, _images, _loss, _right, Seconds, _waited, _skipped, Failures);

    /// <summary>Begins an epoch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="from">Where in it to go on; null at its beginning.</param>
    /// <param name="batchesPerStep">The batches of a step.</param>
    public void BeginEpoch(int epoch, EpochPosition? from, int batchesPerStep)
    {
        from ??= new(0, 0, 0, 0, 0);
        (_epoch, _batches, _stepsOfEpoch) = (epoch, from.Batches, MicroBatch.Steps(from.Batches, batchesPerStep));
        (_loss, _right, _images, _secondsBefore) = (from.LossSum, from.Right, from.Images, from.Seconds);
        (_waited, _skipped, Failures, _step) = (from.DataSeconds, from.Skipped, from.Failures, default);
        _epochBegin = time.GetTimestamp();
    }

    /// <summary>Measures how long one waits for batches: what the loader has not made yet, or not moved to its device.</summary>
    public IEnumerable<T> Waiting<T>(IEnumerable<T> batches)
    {
        using IEnumerator<T> enumerator = batches.GetEnumerator();
        while (true)
        {
            long begin = time.GetTimestamp();
            if (!enumerator.MoveNext()) yield break;
            _waited += time.GetElapsedTime(begin).TotalSeconds;
            yield return enumerator.Current;
        }
    }

    /// <summary>Adds the images of a micro-batch to the step, which counts once <see cref="CountStep"/> says so.</summary>
    /// <param name="loss">The mean of their losses.</param>
    /// <param name="right">Those whose prediction was right.</param>
    /// <param name="images">How many they are.</param>
    public void Add(double loss, long right, int images) =>
        _step = (_step.Loss + (loss * images), _step.Right + right, _step.Images + images);

    /// <summary>Counts a step.</summary>
    /// <param name="batches">Its batches.</param>
    /// <param name="endsFailures">Whether those before it that were given up are forgotten: they are counted in a row.</param>
    public void CountStep(int batches, bool endsFailures)
    {
        (_loss, _right, _images) = (_loss + _step.Loss, _right + _step.Right, _images + _step.Images);
        if (endsFailures) Failures = 0;
        PassStep(batches);
    }

    /// <summary>Counts a step that was given up.</summary>
    /// <param name="batches">Its batches.</param>
    public void SkipStep(int batches)
    {
        _skipped++;
        Failures++;
        PassStep(batches);
    }

    /// <summary>Counts the last step, which was counted already, among those that were given up.</summary>
    public void FailCountedStep() => Failures++;

    /// <summary>Forgets what the epoch's steps so far have learned: the weights are those of its beginning again.</summary>
    public void RollBack()
    {
        (_loss, _right, _images) = (0, 0, 0);
        _skipped = _stepsOfEpoch;
    }

    /// <summary>Where the training stands.</summary>
    public StepDone Report(TrainingPhase phase)
    {
        // Evaluations between the steps count in: they are in the elapsed time, and those to come are in proportion.
        int stepsLeft = ((epochs - _epoch) * steps) + steps - _stepsOfEpoch;
        TimeSpan remaining = time.GetElapsedTime(_begin) / _stepsOfRun * stepsLeft;
        return new(phase, _epoch, epochs, _stepsOfEpoch, steps, Loss, (double)_right / _images, ImagesPerSecond, remaining);
    }

    private void PassStep(int batches)
    {
        _batches += batches;
        _stepsOfEpoch++;
        _stepsOfRun++;
        _step = default;
    }
}
