using Deit.Checkpoints;

namespace Deit.Training;

/// <summary>Saves a training within its epochs: when it is time, and when it is stopped.</summary>
/// <param name="log">Where to.</param>
/// <param name="state">What.</param>
/// <param name="options">When it is time.</param>
/// <param name="time">The clock.</param>
internal sealed class StepSaver(TrainingLog log, TrainingState state, CheckpointOptions options, TimeProvider time)
{
    private long _time = time.GetTimestamp();
    private int _steps;
    private int _batches;

    /// <summary>Begins an epoch.</summary>
    /// <param name="from">The checkpoint within it that is continued; null at its beginning, which is saved too.</param>
    public void BeginEpoch(EpochPosition? from) => Restart(from?.Batches ?? 0);

    /// <summary>Counts a step, and saves after it if it is time.</summary>
    /// <exception cref="DeitException">The disk refuses; the last checkpoint is as it was.</exception>
    public void StepDone(EpochPosition position)
    {
        _steps++;
        bool due = (options.Steps > 0 && _steps >= options.Steps)
            || (options.Minutes > 0 && time.GetElapsedTime(_time).TotalMinutes >= options.Minutes);
        if (due) Save(position);
    }

    /// <summary>Saves what has not been saved.</summary>
    /// <exception cref="DeitException">The disk refuses; the last checkpoint is as it was.</exception>
    public void Stop(EpochPosition position)
    {
        if (position.Batches != _batches) Save(position);
    }

    private void Save(EpochPosition position)
    {
        log.Save(position, state);
        Restart(position.Batches);
    }

    private void Restart(int batches) => (_time, _steps, _batches) = (time.GetTimestamp(), 0, batches);
}
