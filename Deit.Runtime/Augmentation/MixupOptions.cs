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

    /// <summary>What draws its own mixing.</summary>
    public MixupMode Mode { get; init; }

    /// <summary>
    /// The least and the greatest share of height and width of CutMix's box, each drawn uniformly in place of what
    /// <see cref="Cutmix"/> draws, which becomes 1; null for boxes of the drawn area.
    /// </summary>
    /// <exception cref="DeitException">The shares are not from 0 to 1, in order.</exception>
    public Interval? CutmixMinMax
    {
        get;
        init => field = value is not { } range || (range.Least >= 0 && range.Least <= range.Greatest && range.Greatest <= 1)
            ? value
            : throw new DeitException($"CutMix's shares of height and width are {value}; they must be from 0 to 1, the smaller first.");
    }

    /// <summary>
    /// Whether CutMix's weight is that of the pixels which really stayed, where the border cut the box off; with
    /// <see cref="CutmixMinMax"/> it always is.
    /// </summary>
    public bool CorrectLambda { get; init; } = true;

    /// <summary>The epoch, counted from 0, from which on no images are mixed; 0 for none.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int OffEpoch
    {
        get;
        init => field = Check.Value("The epoch from which on no images are mixed", value, value >= 0, "at least 0");
    }

    /// <summary>Whether any images are mixed.</summary>
    internal bool IsOn => Mixup > 0 || Cutmix > 0 || CutmixMinMax is not null;
}
