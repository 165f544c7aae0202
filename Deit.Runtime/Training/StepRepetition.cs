namespace Deit.Training;

/// <summary>What is found when a step that failed is repeated by the readable layers and autograd. Nothing in it is from the step's own report.</summary>
/// <param name="FirstNonFinite">The first layer whose output is not finite; null where every output is.</param>
/// <param name="Growth">The layer whose output grows the most over its input, and the magnitudes of both; null where an output is not finite.</param>
public sealed record StepRepetition(string? FirstNonFinite, string? Growth)
{
    /// <summary>The loss; null where <see cref="Missing"/> says why it is not known.</summary>
    public double? Loss { get; init; }

    /// <summary>
    /// The first parameter on the way back from the loss whose gradient is not finite; null where every gradient is, and of a validation loss, which
    /// has none.
    /// </summary>
    public string? Gradient { get; init; }

    /// <summary>Why the step fails; null where it does not, or where <see cref="Missing"/> says why that is not known.</summary>
    public FailureCause? Cause { get; init; }

    /// <summary>What the files lack for loss and gradients to be found, in a sentence; null where nothing is.</summary>
    public string? Missing { get; init; }

    /// <summary>What is found, in a few sentences.</summary>
    public string Finding => string.Join(' ', Sentences());

    private IEnumerable<string> Sentences()
    {
        if (Missing is not null) yield return Missing;
        if (Loss is { } loss)
        {
            string what = Cause == FailureCause.Explosion ? "The loss has exploded to" : "The loss is";
            yield return FormattableString.Invariant($"{what} {loss}.");
        }

        yield return (FirstNonFinite, Growth) switch
        {
            ({ } layer, _) => $"The first output that is not finite is that of {layer}.",
            (null, { } growth) => $"Every layer's output is finite; that of {growth} grows the most.",
            _ => "Every layer's output is finite.",
        };
        if (Gradient is not null) yield return $"Of the gradients, that of {Gradient} is the first on the way back that is not finite.";
        if (Missing is null && Cause is null) yield return "By the readable layers, the step does not fail.";
    }
}
