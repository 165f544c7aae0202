using System.Globalization;
using Deit.Checkpoints;
using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A batch with which a step failed.</summary>
/// <param name="Number">Its number in the epoch, from 0.</param>
/// <param name="Source">The batch, of which the images are named.</param>
/// <param name="Images">Its images as the model saw them.</param>
/// <param name="Targets">Their targets.</param>
internal readonly record struct FailedBatch(int Number, Batch Source, Tensor Images, Tensor Targets);

/// <summary>Looks into a step that failed, and keeps what it takes to repeat it.</summary>
internal sealed class FailureReport(Learner learner, TrainingOptions options, FitOptions surroundings, IImageDataset dataset)
{
    /// <summary>Finds what went wrong. The forward pass that is watched for it moves batch norms' statistics.</summary>
    /// <param name="cause">What was noticed.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="limit">What the loss was not to exceed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="batch">The batch.</param>
    public StepFailure Of(FailureCause cause, double loss, double limit, int epoch, double learningRate, FailedBatch batch)
    {
        LayerFinding finding = FailureFolder.Watch(learner.Model, batch.Images, options, epoch, batch.Number);
        return new(
            learner.Model.Description.Name,
            epoch + 1,
            (batch.Number / options.GradientAccumulationSteps) + 1,
            batch.Number,
            learningRate,
            loss.ToString(CultureInfo.InvariantCulture),
            finding.FirstNonFinite,
            [.. batch.Source.Indices.Select(dataset.Describe)])
        {
            Cause = cause,
            Gradient = cause == FailureCause.Gradient ? FirstGradient() : null,
            LossLimit = cause == FailureCause.Explosion ? limit : null,
            Growth = finding.Growth,
        };
    }

    /// <summary>Keeps a step, with the state before it, in the run's folder.</summary>
    /// <returns>What came of it, in a sentence after a space; empty where there is no folder.</returns>
    public string Keep(StepFailure failure, EpochPosition position, TrainingState state, FailedBatch batch)
    {
        if (surroundings.Folder is not { } folder) return "";
        try
        {
            var progress = new CheckpointState(failure.Model, failure.Epoch - 1, Top1: null, position);
            FailureFolder.Write(folder.Failure, failure, state, progress, batch.Images, batch.Targets);
            return $" It is kept in '{folder.Failure}'; 'deit replay' repeats it.";
        }
        catch (Exception exception) when (exception is DeitException or IOException or UnauthorizedAccessException)
        {
            return $" It could not be kept: {exception.Message}";
        }
    }

    /// <summary>The gradient that stopped being finite first on the way back: models declare their layers in the order of the forward pass.</summary>
    private string FirstGradient()
    {
        using DisposeScope scope = NewDisposeScope();
        return learner.Model.Module.named_parameters().Reverse()
            .First(static entry => entry.parameter.grad is { } gradient && !LayerOutputs.IsFinite(gradient)).name;
    }
}
