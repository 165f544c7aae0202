using Deit.Checkpoints;

namespace Deit.Training;

/// <summary>The epochs of a training, kept in a run folder where there is one.</summary>
/// <param name="folder">The folder; null keeps nothing.</param>
/// <param name="model">The model's name.</param>
/// <param name="keepEvery">Keeps the checkpoint of every so many epochs for good; 0 keeps none.</param>
internal sealed class TrainingLog(RunFolder? folder, string model, int keepEvery)
{
    private readonly List<EpochMetrics> _epochs = [];

    /// <summary>The epochs so far.</summary>
    public IReadOnlyList<EpochMetrics> Epochs => _epochs;

    /// <summary>Takes up what the folder holds.</summary>
    /// <returns>Where in the next epoch to go on; null at its beginning.</returns>
    /// <exception cref="DeitException">
    /// The folder has a checkpoint that is not to be continued, or one that cannot be: of another model, or of more epochs.
    /// </exception>
    public EpochPosition? Begin(TrainingState state, bool resume, int epochs)
    {
        if (folder is null) return null;
        CheckpointState? last = CheckpointFolder.Find(folder.LastCheckpoint);
        if (last is null)
        {
            folder.KeepMetrics(0);
            return null;
        }

        if (!resume)
        {
            throw new DeitException($"'{folder.Path}' holds a checkpoint already: resume it, or choose another folder.");
        }

        if (last.Model != model || last.Epoch + (last.Within is null ? 0 : 1) > epochs)
        {
            throw new DeitException(
                $"'{folder.LastCheckpoint}' is of {last.Model} after {last.Epoch} epochs, not on the way to {model} after {epochs}: "
                + "resume it as it was begun, or choose another folder.");
        }

        _epochs.AddRange(folder.KeepMetrics(last.Epoch));
        state.Load(folder.LastCheckpoint);
        return last.Within;
    }

    /// <summary>Saves a place within the next epoch.</summary>
    public void Save(EpochPosition within, TrainingState state)
    {
        if (folder is null) return;
        state.Save(folder.LastCheckpoint, new(model, _epochs.Count, _epochs.LastOrDefault()?.IfEvaluated()?.Top1, within));
    }

    /// <summary>Adds an epoch and saves it.</summary>
    /// <remarks>
    /// The last checkpoint comes last: it alone says how far the training is. Metrics and best checkpoint of an epoch without it
    /// are written again, the same, when the epoch is repeated.
    /// </remarks>
    public void Add(EpochMetrics achieved, TrainingState state)
    {
        bool best = _epochs.TrueForAll(earlier => earlier.Top1 < achieved.Top1);
        _epochs.Add(achieved);
        if (folder is null) return;
        var progress = new CheckpointState(model, achieved.Epoch, achieved.IfEvaluated()?.Top1);
        folder.Append(achieved);
        if (best) state.Save(folder.BestCheckpoint, progress);
        if (keepEvery > 0 && achieved.Epoch % keepEvery == 0) state.Save(folder.KeptCheckpoint(achieved.Epoch), progress);
        state.Save(folder.LastCheckpoint, progress);
    }
}
