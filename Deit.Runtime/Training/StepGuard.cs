using Deit.Checkpoints;
using Deit.Data;

namespace Deit.Training;

/// <summary>
/// Watches over the steps of a training: one whose loss or gradients are not finite, or whose loss has exploded, is looked into, leaves the state
/// untouched, and stops the training or is given up, as <see cref="TrainingOptions.OnNonFinite"/> says.
/// </summary>
internal sealed class StepGuard : IDisposable
{
    /// <summary>
    /// Steps of an epoch that may be given up, in a row where they are skipped, in all where it is rolled back. One more stops the training: what
    /// fails so often does not fail by chance.
    /// </summary>
    public const int MostFailures = 10;

    private readonly Learner _learner;
    private readonly TrainingOptions _options;
    private readonly FitOptions _surroundings;
    private readonly TrainingState _state;
    private readonly StepMeter _meter;
    private readonly FailureReport _report;
    private readonly KeptBuffers? _buffers;
    private int _epoch;
    private double _learningRate;
    private double _limit;

    /// <exception cref="DeitException">It is to be rolled back, and there is no folder.</exception>
    public StepGuard(Learner learner, TrainingOptions options, FitOptions surroundings, IImageDataset dataset, TrainingState state, StepMeter meter)
    {
        if (options.OnNonFinite == NonFinitePolicy.Rollback && surroundings.Folder is null)
        {
            throw new DeitException("A training that is to be rolled back needs a folder to keep its state in: give one, or skip steps that fail.");
        }

        (_learner, _options, _surroundings, _state, _meter) = (learner, options, surroundings, state, meter);
        _report = new(learner, options, surroundings, dataset);

        // In evaluation mode no forward pass moves a buffer.
        _buffers = options.TrainMode ? new(learner.Model.Module) : null;
    }

    /// <summary>Whether the current step was given up: its other batches are passed over.</summary>
    public bool HasGivenUp { get; private set; }

    /// <summary>The loss that a batch must exceed to count as exploded.</summary>
    /// <param name="options">The factor, and the kind of loss.</param>
    /// <param name="classes">The model's classes.</param>
    /// <param name="meanBefore">The mean training loss of the epoch before; null in the first.</param>
    /// <returns>
    /// So many times the greater of that mean and what a model loses that thinks all classes equally probable: a loss that is next to
    /// nothing may grow by any factor over a single image. Infinity where the factor is 0.
    /// </returns>
    public static double LossLimit(TrainingOptions options, int classes, double? meanBefore)
    {
        if (options.ExplosionFactor == 0) return double.PositiveInfinity;
        double ofGuessing = Math.Log(options.Loss.Type == Losses.LossType.Bce ? 2 : Math.Max(2, classes));
        return options.ExplosionFactor * Math.Max(ofGuessing, meanBefore ?? 0);
    }

    /// <summary>Begins an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="learningRate">Its learning rate.</param>
    /// <param name="before">The epochs before it.</param>
    public void BeginEpoch(int epoch, double learningRate, IReadOnlyList<EpochMetrics> before)
    {
        (_epoch, _learningRate) = (epoch, learningRate);
        _limit = LossLimit(_options, _learner.Model.Description.Classes, before.Count == 0 ? null : before[^1].TrainLoss);

        // At its very beginning alone: resumed further on, it finds what the interrupted run wrote there.
        bool begins = _meter.Position.Batches == 0;
        if (begins && _options.OnNonFinite == NonFinitePolicy.Rollback)
        {
            _state.Save(_surroundings.Folder!.RollbackCheckpoint, new(_learner.Model.Description.Name, epoch, Top1: null));
        }
    }

    /// <summary>Begins a step.</summary>
    public void BeginStep()
    {
        HasGivenUp = false;
        _buffers?.Keep();
    }

    /// <summary>What is wrong with the loss of a batch; null where nothing is.</summary>
    public FailureCause? Judge(double loss)
    {
        if (!double.IsFinite(loss)) return FailureCause.Loss;
        return loss > _limit ? FailureCause.Explosion : null;
    }

    /// <summary>Gives the current step up.</summary>
    /// <exception cref="DeitException">The training is to stop.</exception>
    public void GiveUp(FailureCause cause, double loss, FailedBatch batch)
    {
        StepFailure failure = _report.OfStep(cause, loss, _limit, _epoch, _learningRate, batch);
        _buffers?.Restore();
        StopOrGiveUp(failure, batch);
        HasGivenUp = true;
    }

    /// <summary>
    /// Gives the epoch up, whose steps are all counted: with the weights that they led to, the loss of the validation images is not finite.
    /// </summary>
    /// <exception cref="DeitException">The training is to stop.</exception>
    public void GiveUpEpoch(Evaluator evaluator, NonFiniteBatch found)
    {
        using Batch images = evaluator.Read(found.Number);
        FailedBatch batch = new(found.Number, images, images.Images, images.Labels);
        int step = MicroBatch.Steps(_meter.Position.Batches, _options.GradientAccumulationSteps);
        StopOrGiveUp(_report.OfValidation(found.Loss, _epoch, step, _learningRate, batch, evaluator.Dataset), batch);
        _meter.FailCountedStep();
        EndEpoch();
    }

    /// <summary>Counts the step.</summary>
    /// <param name="batches">Its batches.</param>
    public void EndStep(int batches)
    {
        if (HasGivenUp) _meter.SkipStep(batches);
        else _meter.CountStep(batches, endsFailures: _options.OnNonFinite == NonFinitePolicy.Skip);
    }

    /// <summary>
    /// Refuses an epoch of which every step failed, and a first one that was rolled back at its last step: nothing was learned that could be measured.
    /// A later one that was is as the epoch before left it.
    /// </summary>
    /// <exception cref="DeitException">It is such an epoch.</exception>
    public void EndEpoch()
    {
        if (_meter.HasLearned) return;
        bool allFailed = _meter.Failures == _meter.SkippedSteps;
        if (!allFailed && _epoch > 0) return;
        (string steps, string fate) = allFailed ? ("Every step", "failed and was given up") : ("The last step", "failed, and nothing is left of it");
        throw new DeitException(FormattableString.Invariant(
            $"{steps} of epoch {_epoch + 1} {fate}, at learning rate {_learningRate:R}: lower lr, lengthen warmup_epochs, or set clip_grad."));
    }

    public void Dispose() => _buffers?.Dispose();

    private void StopOrGiveUp(StepFailure failure, FailedBatch batch)
    {
        string? obstacle = Obstacle(failure.Cause);
        string kept = obstacle is not null || !FailureFolder.IsIn(_surroundings.Folder) ? _report.Keep(failure, _meter.Position, _state, batch) : "";
        if (obstacle is not null)
        {
            throw new DeitException(
                $"{failure.Event}: lower lr, lengthen warmup_epochs, or set clip_grad. {failure.Finding}{obstacle} The batch: {failure.FilesInShort}.{kept}");
        }

        if (_options.OnNonFinite == NonFinitePolicy.Rollback) RollBack();
        _surroundings.Observer?.StepGivenUp(new(_surroundings.Phase, _options.OnNonFinite, failure));
    }

    /// <summary>Why the training stops, and how it may go on, in a sentence after a space; null where it need not stop.</summary>
    private string? Obstacle(FailureCause cause)
    {
        string key = $"{(_surroundings.Phase == TrainingPhase.Teacher ? "teacher" : "student")}.on_nonfinite";
        bool ofEpoch = cause == FailureCause.Validation;
        return _options.OnNonFinite switch
        {
            NonFinitePolicy.Stop when _surroundings.Folder is null || (ofEpoch && _epoch == 0) => "",
            NonFinitePolicy.Stop => $" To go on without it, resume with --set {key}={(ofEpoch ? "rollback" : "skip (or rollback)")}.",
            _ when _meter.Failures >= MostFailures => FormattableString.Invariant($" {MostFailures} steps were given up before it."),
            NonFinitePolicy.Skip when ofEpoch =>
                $" It cannot be skipped, for the weights have learned already; {key}=rollback goes back to the epoch's beginning.",
            NonFinitePolicy.Skip => null,
            _ when ofEpoch && _epoch == 0 => " The first epoch has none before it to go back to.",
            _ when ofEpoch && !_meter.HasLearned => " The training was rolled back already, and the weights of the epoch's beginning do no better.",
            _ => Beginning() is null ? NothingToGoBackTo(key, ofEpoch) : null,
        };
    }

    private string NothingToGoBackTo(string key, bool ofEpoch) => FormattableString.Invariant(
        $" It cannot be rolled back: {key} was changed within epoch {_epoch + 1}, of whose beginning nothing was kept.")
        + (ofEpoch ? " Begin the run anew." : $" Resume with --set {key}=skip until the epoch is over; those after it can be rolled back.");

    /// <summary>A checkpoint of the epoch's beginning, which is the end of the one before; null where there is none.</summary>
    /// <remarks>Where rollbacks are asked for within an epoch, the one for them is missing, or of an epoch long past.</remarks>
    private string? Beginning()
    {
        RunFolder folder = _surroundings.Folder!;
        string[] candidates = [folder.RollbackCheckpoint, folder.BestCheckpoint, folder.KeptCheckpoint(_epoch)];
        return Array.Find(candidates, IsOfBeginning);

        bool IsOfBeginning(string path) =>
            CheckpointFolder.Find(path) is { Within: null } state && state.Model == _learner.Model.Description.Name && state.Epoch == _epoch;
    }

    private void RollBack()
    {
        _state.Load(Beginning()!);
        _meter.RollBack();
    }
}
