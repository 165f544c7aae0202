using System.Text.Json.Serialization;

namespace Deit.Training;

/// <summary>What an epoch achieved: a line of <c>metrics.jsonl</c>. Accuracies are of the validation images, from 0 to 1.</summary>
public sealed record EpochMetrics
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The epoch whose evaluation this repeats, because it was not evaluated itself; otherwise null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? EvaluatedEpoch { get; init; }

    /// <summary>The learning rate in force.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The mean loss of the training steps, distillation included; of an epoch that was rolled back at its last step, that of the one before.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>The mean cross entropy of the model's prediction with the labels of the validation images.</summary>
    public required double ValidationLoss { get; init; }

    /// <summary>Accuracy of the model's prediction; of a distilled model, of both heads together.</summary>
    public required double Top1 { get; init; }

    /// <summary>Accuracy of the class head alone; null of a model with one head.</summary>
    public double? ClassTop1 { get; init; }

    /// <summary>Accuracy of the distillation head alone; null of a model with one head.</summary>
    public double? DistillationTop1 { get; init; }

    /// <summary>Accuracy with the averaged weights; null where none are kept.</summary>
    public double? EmaTop1 { get; init; }

    /// <summary>Images trained on a second, without the evaluation.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>How long training and evaluation took.</summary>
    public required double Seconds { get; init; }

    /// <summary>The time of <see cref="Seconds"/> in which training waited for a batch; null of runs that did not measure it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DataSeconds { get; init; }

    /// <summary>Steps that failed and were given up, and those that were rolled back with them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SkippedSteps { get; init; }

    /// <summary>
    /// This epoch, where it was evaluated itself; null where loss and accuracies of the validation images repeat those of
    /// <see cref="EvaluatedEpoch"/>. What shows them epoch by epoch, or counts evaluations, reads them from here.
    /// </summary>
    public EpochMetrics? IfEvaluated() => EvaluatedEpoch is null ? this : null;
}
