using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Deit.Training;

/// <summary>
/// A step whose loss or gradients were no numbers, or whose loss had exploded, or after which the validation loss was no number: the content of
/// <c>failure/failure.json</c>.
/// </summary>
/// <param name="Model">The name of the model that was trained.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">The step in it, from 1.</param>
/// <param name="Batch">The batch in the epoch, from 0, which the step's randomness is drawn from; of a validation loss, the batch of those images.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Loss">The loss, in words: NaN, Infinity or -Infinity, or its digits.</param>
/// <param name="FirstNonFinite">The first layer whose output was not finite; null where only the loss or gradients were not.</param>
/// <param name="Files">The images of the batch.</param>
public sealed record StepFailure(
    string Model, int Epoch, int Step, int Batch, double LearningRate, string Loss, string? FirstNonFinite, ImmutableArray<string> Files)
{
    private const int FilesShown = 3;

    /// <summary>What was wrong.</summary>
    public FailureCause Cause { get; init; }

    /// <summary>The parameter whose gradient was not finite, the first on the way back from the loss; null where that was not the cause.</summary>
    public string? Gradient { get; init; }

    /// <summary>The micro-batches of the step: the loss is divided by so many on its way back.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>What a loss had to exceed to count as exploded; null where that was not the cause.</summary>
    public double? LossLimit { get; init; }

    /// <summary>The layer whose output grew the most over its input, and the magnitudes of both; null where an output was not finite.</summary>
    public string? Growth { get; init; }

    /// <summary>What went wrong, and where.</summary>
    [JsonIgnore]
    public string Event => FormattableString.Invariant($"{Fault} {When} step {Step} of epoch {Epoch}, at learning rate {LearningRate:R}");

    /// <summary>What was found, in a sentence.</summary>
    public string Finding => (FirstNonFinite, Cause) switch
    {
        ({ } layer, _) => $"The first output that was not finite is that of {layer}.",
        (null, FailureCause.Gradient) => $"Every layer's output was finite; of the gradients, that of {Gradient} was the first on the way back that was not.",
        (null, FailureCause.Explosion) => $"Every layer's output was finite; that of {Growth} grew the most.",
        _ => "Every layer's output was finite, the loss alone was not.",
    };

    /// <summary>The images, the first few by name.</summary>
    public string FilesInShort => Files.Length <= FilesShown
        ? string.Join(", ", Files)
        : FormattableString.Invariant($"{string.Join(", ", Files.Take(FilesShown))} and {Files.Length - FilesShown} more");

    private string When => Cause == FailureCause.Validation ? "after" : "at";

    private string Fault => Cause switch
    {
        FailureCause.Gradient => $"The gradients of a loss of {Loss} are not finite",
        FailureCause.Explosion => FormattableString.Invariant($"The loss has exploded to {Loss}, beyond {LossLimit:G4},"),
        FailureCause.Validation => $"The validation loss is {Loss}",
        _ => $"The loss is {Loss}",
    };
}
