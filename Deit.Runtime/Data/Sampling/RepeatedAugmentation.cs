namespace Deit.Data;

/// <summary>How many views of an image an epoch shows, and when it ends; the names are those of timm's <c>RepeatAugSampler</c>.</summary>
public sealed record RepeatedAugmentation
{
    /// <summary>Views of an image; timm allows fractions, by which some images have one view more than others.</summary>
    /// <exception cref="DeitException">The value is not from 1 to 65536.</exception>
    public double Repeats
    {
        get;
        init => field = Check.Value("The number of repeated augmentations", value, value is >= 1 and <= 65_536, "from 1 to 65536");
    }
    = 3;

    /// <summary>
    /// The number of images is rounded down to a multiple of this before it is shared out, as DeiT does; 0 does not round, and rounds
    /// up what is shared out.
    /// </summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int SelectedRound
    {
        get;
        init => field = Check.Value("The selected round", value, value >= 0, "at least 0");
    }
    = 256;

    /// <summary>What the number of images is divided by; 0 for the number of processes.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public double SelectedRatio
    {
        get;
        init => field = Check.Value("The selected ratio", value, value >= 0, "at least 0");
    }

    /// <summary>These options for a dataset: one that is smaller than what DeiT rounds down to would have epochs of nothing.</summary>
    public RepeatedAugmentation For(int count) => count < SelectedRound ? this with { SelectedRound = 0 } : this;

    /// <summary>The samples of one process, out of a given order.</summary>
    /// <param name="order">The order of all images.</param>
    /// <param name="group">The processes, and which of them this is.</param>
    public Sample[] Deal(IReadOnlyList<int> order, ProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(group);
        var samples = new Sample[Selected(order.Count, group)];
        long views = Views(order.Count);
        for (int i = 0; i < samples.Length; i++)
        {
            // What does not go round is filled up from the begin.
            long view = (group.Rank + ((long)i * group.WorldSize)) % views;

            // Python's floor division, by way of the remainder, which is exact: the quotient alone may be rounded up to the next image.
            double repeat = view % Repeats;
            samples[i] = new(order[(int)Math.Round((view - repeat) / Repeats)], (int)repeat);
        }

        return samples;
    }

    /// <summary>Samples that every process has in an epoch.</summary>
    internal int Selected(int count, ProcessGroup group)
    {
        double ratio = SelectedRatio > 0 ? SelectedRatio : group.WorldSize;
        double selected = SelectedRound > 0 ? Math.Floor(count / SelectedRound * SelectedRound / ratio) : Math.Ceiling(count / ratio);
        return (int)Math.Min(selected, Dealt(count, group));
    }

    /// <summary>Samples that every process is dealt, before an epoch is ended early: timm's and DeiT's <c>num_samples</c>.</summary>
    internal long Dealt(int count, ProcessGroup group) => (long)Math.Ceiling(count * Repeats / group.WorldSize);

    private long Views(int count) => (long)Math.Ceiling(count * Repeats);
}
