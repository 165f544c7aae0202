namespace Deit.Optimization;

/// <summary>The constants of <see cref="AdamW"/>.</summary>
public sealed record AdamWOptions
{
    /// <summary>How much of the running mean of the gradient a step keeps; at least 0 and less than 1.</summary>
    /// <exception cref="DeitException">The value is out of range.</exception>
    public double Beta1
    {
        get;
        init => field = Check.Value("AdamW beta1", value, value is >= 0 and < 1, "at least 0 and less than 1");
    } = 0.9;

    /// <summary>How much of the running mean of the squared gradient a step keeps; at least 0 and less than 1.</summary>
    /// <exception cref="DeitException">The value is out of range.</exception>
    public double Beta2
    {
        get;
        init => field = Check.Value("AdamW beta2", value, value is >= 0 and < 1, "at least 0 and less than 1");
    } = 0.999;

    /// <summary>What keeps the division from zero; at least 0.</summary>
    /// <exception cref="DeitException">The value is out of range.</exception>
    public double Epsilon
    {
        get;
        init => field = Check.Value("AdamW epsilon", value, double.IsFinite(value) && value >= 0, "at least 0");
    } = 1e-8;
}
