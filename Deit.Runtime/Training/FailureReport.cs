using System.Globalization;
using Deit.Checkpoints;
using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>Looks into a step whose loss is no number, and keeps what it takes to repeat it.</summary>
internal sealed class FailureReport(Learner learner, TrainingOptions options, FitOptions surroundings, IImageDataset dataset)
{
    /// <summary>The error to stop with.</summary>
    /// <param name="position">Where the step is.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="batch">The batch, of which the images are named.</param>
    /// <param name="images">Its images as the model saw them.</param>
    /// <param name="targets">Their targets.</param>
    /// <param name="state">The state before the step.</param>
    public DeitException Of(
        EpochPosition position, int epoch, double loss, double learningRate, Batch batch, Tensor images, Tensor targets, TrainingState state)
    {
        using DisposeScope scope = NewDisposeScope();
        var failure = new StepFailure(
            learner.Model.Description.Name,
            epoch + 1,
            (position.Batches / options.GradientAccumulationSteps) + 1,
            position.Batches,
            learningRate,
            loss.ToString(CultureInfo.InvariantCulture),
            FailureFolder.Find(learner.Model, images, options, epoch, position.Batches),
            [.. batch.Indices.Select(dataset.Describe)]);
        return new(FormattableString.Invariant(
            $"The loss is {failure.Loss} at step {failure.Step} of epoch {failure.Epoch}, at learning rate {learningRate:R}: lower lr, lengthen warmup_epochs, or set clip_grad. {failure.Finding} The batch: {failure.FilesInShort}.{Keep(failure, position, state, images, targets)}"));
    }

    private string Keep(StepFailure failure, EpochPosition position, TrainingState state, Tensor images, Tensor targets)
    {
        if (surroundings.Folder is not { } folder) return "";
        try
        {
            FailureFolder.Write(folder.Failure, failure, state, new(failure.Model, failure.Epoch - 1, 0, position), images, targets);
            return $" It is kept in '{folder.Failure}'; 'deit replay' repeats it.";
        }
        catch (Exception exception) when (exception is DeitException or IOException or UnauthorizedAccessException)
        {
            return $" It could not be kept: {exception.Message}";
        }
    }
}
