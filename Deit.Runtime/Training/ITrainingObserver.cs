using Deit.Data;
using Deit.Finetuning;
using Deit.Pretrained;

namespace Deit.Training;

/// <summary>
/// Is told how a training goes on. Calls come from the training's own thread, one after the other. A training waits for them, so
/// they should return soon. Whatever is not implemented is not told.
/// </summary>
public interface ITrainingObserver
{
    /// <summary>An image cannot be read, and was replaced by the one after it; told at the end of the epoch, once of every image.</summary>
    void ImageUnreadable(BadImage image)
    {
    }

    /// <summary>A report, or TensorBoard's file, could not be written; the training goes on without.</summary>
    void ReportFailed(string reason)
    {
    }

    /// <summary>A part of the weights that a recipe asks for has arrived.</summary>
    void WeightsDownloaded(string model, DownloadProgress progress)
    {
    }

    /// <summary>The weights that a training starts from are in the model.</summary>
    void WeightsLoaded(WeightsLoaded weights)
    {
    }

    /// <summary>A teacher is about to answer.</summary>
    void AnsweringStarted(AnsweringStarted answering)
    {
    }

    /// <summary>A teacher has answered a batch.</summary>
    void BatchAnswered(BatchAnswered batch)
    {
    }

    /// <summary>A teacher has answered an epoch, and its answers are stored.</summary>
    void EpochAnswered(EpochAnswered epoch)
    {
    }

    /// <summary>A model is about to be trained.</summary>
    void PhaseStarted(PhaseStarted phase)
    {
    }

    /// <summary>A step was taken.</summary>
    void StepDone(StepDone step)
    {
    }

    /// <summary>A step failed and was given up; the training goes on.</summary>
    void StepGivenUp(StepGivenUp step)
    {
    }

    /// <summary>An epoch was trained and evaluated, and its checkpoint is written.</summary>
    void EpochDone(EpochDone epoch)
    {
    }
}

/// <summary>The weights that a training starts from are in the model.</summary>
/// <param name="Phase">Whether it is the teacher or the student.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Adaptation">Where they are from, and what was adapted.</param>
public sealed record WeightsLoaded(TrainingPhase Phase, string Model, AdaptationReport Adaptation);

/// <summary>A model is about to be trained.</summary>
/// <param name="Phase">Whether it is the teacher or the student.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Epochs">The epochs in all.</param>
/// <param name="EpochsDone">Those that an earlier run has done.</param>
/// <param name="StepsPerEpoch">Steps an epoch.</param>
public sealed record PhaseStarted(TrainingPhase Phase, string Model, int Epochs, int EpochsDone, int StepsPerEpoch);

/// <summary>A step was taken.</summary>
/// <param name="Phase">Whether the teacher or the student is trained.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">The epochs in all.</param>
/// <param name="Step">The step in the epoch, from 1.</param>
/// <param name="Steps">Steps an epoch.</param>
/// <param name="Loss">The mean loss of the epoch's images so far.</param>
/// <param name="Accuracy">
/// The share of the epoch's images so far whose prediction was right, from 0 to 1; of mixed images, the label that weighs most.
/// </param>
/// <param name="ImagesPerSecond">Images trained on a second, in this epoch so far.</param>
/// <param name="Remaining">The time that the rest of the phase will take, at the pace so far.</param>
public readonly record struct StepDone(
    TrainingPhase Phase,
    int Epoch,
    int Epochs,
    int Step,
    int Steps,
    double Loss,
    double Accuracy,
    double ImagesPerSecond,
    TimeSpan Remaining);

/// <summary>A step failed and was given up.</summary>
/// <param name="Phase">Whether the teacher or the student is trained.</param>
/// <param name="Policy">Whether it is skipped, or the training was rolled back.</param>
/// <param name="Failure">What is known of it.</param>
public sealed record StepGivenUp(TrainingPhase Phase, NonFinitePolicy Policy, StepFailure Failure);

/// <summary>An epoch was trained and evaluated.</summary>
/// <param name="Phase">Whether the teacher or the student is trained.</param>
/// <param name="Epochs">The epochs in all.</param>
/// <param name="Metrics">What it achieved.</param>
public sealed record EpochDone(TrainingPhase Phase, int Epochs, EpochMetrics Metrics);

/// <summary>A teacher is about to answer.</summary>
/// <param name="Model">The teacher's name.</param>
/// <param name="Epochs">The epochs in all.</param>
/// <param name="EpochsDone">Those that an earlier run has stored.</param>
/// <param name="BatchesPerEpoch">Batches an epoch.</param>
public sealed record AnsweringStarted(string Model, int Epochs, int EpochsDone, int BatchesPerEpoch);

/// <summary>A teacher has answered a batch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">The epochs in all.</param>
/// <param name="Batch">The batch in the epoch, from 1.</param>
/// <param name="Batches">Batches an epoch.</param>
/// <param name="ImagesPerSecond">Images answered a second so far.</param>
/// <param name="Remaining">The time that the rest will take, at the pace so far.</param>
public readonly record struct BatchAnswered(int Epoch, int Epochs, int Batch, int Batches, double ImagesPerSecond, TimeSpan Remaining);

/// <summary>A teacher has answered an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">The epochs in all.</param>
/// <param name="ImagesPerSecond">Images answered a second, in this epoch.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record EpochAnswered(int Epoch, int Epochs, double ImagesPerSecond, double Seconds);
