namespace Deit.Augmentation;

/// <summary>How <see cref="MixupCutMix"/> mixes batches. Without either alpha it only makes the targets.</summary>
public sealed record MixupOptions
{
    /// <summary>Mixup's alpha: the mixing weight is drawn from Beta(alpha, alpha); 0 turns mixup off.</summary>
    /// <exception cref="DeitException">The value is negative or not finite.</exception>
    public double Mixup
    {
        get;
        init => field = Check.Value("Mixup's alpha", value, double.IsFinite(value) && value >= 0, "at least 0");
    }

    /// <summary>CutMix's alpha: the share of the image that stays is drawn from Beta(alpha, alpha); 0 turns CutMix off.</summary>
    /// <exception cref="DeitException">The value is negative or not finite.</exception>
    public double Cutmix
    {
        get;
        init => field = Check.Value("CutMix's alpha", value, double.IsFinite(value) && value >= 0, "at least 0");
    }

    /// <summary>The probability that a batch is mixed at all.</summary>
    /// <exception cref="DeitException">The value is not from 0 to 1.</exception>
    public double Probability
    {
        get;
        init => field = Check.Value("The probability of mixing", value, value is >= 0 and <= 1, "from 0 to 1");
    } = 1;

    /// <summary>The probability of CutMix rather than mixup where both are on.</summary>
    /// <exception cref="DeitException">The value is not from 0 to 1.</exception>
    public double SwitchProbability
    {
        get;
        init => field = Check.Value("The probability of CutMix over mixup", value, value is >= 0 and <= 1, "from 0 to 1");
    } = 0.5;

    /// <summary>Label smoothing: the weight of the uniform distribution in the targets.</summary>
    /// <exception cref="DeitException">The value is not from 0 to 1.</exception>
    public double Smoothing
    {
        get;
        init => field = Check.Value("Label smoothing", value, value is >= 0 and <= 1, "from 0 to 1");
    } = 0.1;
}
