using System.Globalization;
using Deit.Checkpoints;
using Deit.Data;

namespace Deit.Training;

/// <summary>Looks into a step that failed, and keeps what it takes to repeat it.</summary>
internal sealed class FailureReport(Learner learner, TrainingOptions options, FitOptions surroundings, IImageDataset dataset)
{
    /// <summary>Finds what went wrong with a step. The forward pass that is watched for it moves batch norms' statistics.</summary>
    /// <param name="cause">What was noticed.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="limit">What the loss was not to exceed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="batch">The batch.</param>
    public StepFailure OfStep(FailureCause cause, double loss, double limit, int epoch, double learningRate, FailedBatch batch)
    {
        int step = (batch.Number / options.GradientAccumulationSteps) + 1;
        return Of(cause, loss, epoch, step, learningRate, batch, dataset) with
        {
            Gradient = cause == FailureCause.Gradient ? StepRepeater.FirstNonFiniteGradient(learner.Model) : null,
            LossLimit = cause == FailureCause.Explosion ? limit : null,
            MicroBatches = batch.MicroBatches,
        };
    }

    /// <summary>Finds what went wrong with the validation images.</summary>
    /// <param name="loss">The loss of the batch.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="step">The step before, from 1.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="validation">The validation images.</param>
    public StepFailure OfValidation(double loss, int epoch, int step, double learningRate, FailedBatch batch, IImageDataset validation) =>
        Of(FailureCause.Validation, loss, epoch, step, learningRate, batch, validation);

    /// <summary>Keeps a step, with the state before it, in the run's folder; of a validation loss, the state that gave it.</summary>
    /// <returns>What came of it, in a sentence after a space; empty where there is no folder.</returns>
    public string Keep(StepFailure failure, EpochPosition position, TrainingState state, FailedBatch batch)
    {
        if (surroundings.Folder is not { } folder) return "";
        try
        {
            FailureFolder.Write(folder.Failure, failure, state, new(failure.Model, failure.Epoch - 1, Top1: null, position), batch);
            return $" It is kept in '{folder.Failure}'; 'deit replay' repeats it.";
        }
        catch (Exception exception) when (exception is DeitException or IOException or UnauthorizedAccessException)
        {
            return $" It could not be kept: {exception.Message}";
        }
    }

    private StepFailure Of(
        FailureCause cause, double loss, int epoch, int step, double learningRate, FailedBatch batch, IImageDataset images)
    {
        var repeater = new StepRepeater(learner.Model, options, epoch, batch.Number, validates: cause == FailureCause.Validation);
        LayerFinding finding = repeater.Watch(batch.Images);
        return new(
            learner.Model.Description.Name,
            epoch + 1,
            step,
            batch.Number,
            learningRate,
            loss.ToString(CultureInfo.InvariantCulture),
            finding.FirstNonFinite,
            [.. batch.Source.Indices.Select(images.Describe)])
        {
            Cause = cause,
            Growth = finding.Growth,
        };
    }
}
