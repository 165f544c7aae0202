using System.Collections.Immutable;

namespace Deit.Training;

/// <summary>A step whose loss was no number: the content of <c>failure/failure.json</c>.</summary>
/// <param name="Model">The name of the model that was trained.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">The step in it, from 1.</param>
/// <param name="Batch">The batch in the epoch, from 0: what the step's randomness is drawn from.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Loss">The loss, in words: NaN, Infinity or -Infinity.</param>
/// <param name="FirstNonFinite">The first layer whose output was not finite; null where only the loss was not.</param>
/// <param name="Files">The images of the batch.</param>
public sealed record StepFailure(
    string Model, int Epoch, int Step, int Batch, double LearningRate, string Loss, string? FirstNonFinite, ImmutableArray<string> Files)
{
    private const int FilesShown = 3;

    /// <summary>What was found, in a sentence.</summary>
    public string Finding => FirstNonFinite is null
        ? "Every layer's output was finite, the loss alone was not."
        : $"The first output that was not finite is that of {FirstNonFinite}.";

    /// <summary>The images, the first few by name.</summary>
    public string FilesInShort => Files.Length <= FilesShown
        ? string.Join(", ", Files)
        : FormattableString.Invariant($"{string.Join(", ", Files.Take(FilesShown))} and {Files.Length - FilesShown} more");
}
