namespace Deit.Distillation;

/// <summary>How the teacher's word is weighed against the labels.</summary>
public sealed record DistillationOptions
{
    /// <summary>What the student learns from its teacher.</summary>
    public DistillationType Type
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new DeitException($"Distillation type {value} does not exist; use None, Soft or Hard.");
    }

    /// <summary>The teacher's share of the loss, from 0 (labels only) to 1 (teacher only).</summary>
    /// <exception cref="DeitException">The value is not from 0 to 1.</exception>
    public double Alpha
    {
        get;
        init => field = Check.Value("Distillation alpha", value, value is >= 0 and <= 1, "from 0 to 1");
    } = 0.5;

    /// <summary>
    /// The temperature that divides both networks' logits in soft distillation; greater than 0. Hard distillation ignores it.
    /// </summary>
    /// <exception cref="DeitException">The value is not greater than 0.</exception>
    public double Tau
    {
        get;
        init => field = Check.Value("Distillation tau", value, double.IsFinite(value) && value > 0, "greater than 0");
    } = 1.0;

    /// <summary>
    /// How many of the teacher's greatest logits soft distillation takes as they are; the other classes share what is left of the distribution
    /// evenly, which is an approximation. 0, or as many as there are classes, takes all, which is exact. Hard distillation ignores it.
    /// </summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int TopK
    {
        get;
        init => field = Check.Value("Distillation top_k", value, value >= 0, "at least 0");
    }

    /// <summary>How many logits are kept of a number of classes; null for all.</summary>
    internal int? KeptOf(int classes) => Type == DistillationType.Soft && TopK > 0 && TopK < classes ? TopK : null;
}
