namespace Deit.Training;

/// <summary>When a training is saved, beyond the end of every epoch. None of it changes a number.</summary>
public sealed record CheckpointOptions
{
    /// <summary>The minutes after which the next step is followed by a checkpoint; 0 for none by time.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public double Minutes
    {
        get;
        init => field = Check.Value("The minutes between checkpoints", value, value >= 0, "at least 0");
    } = 10;

    /// <summary>The steps after which there is a checkpoint, counted from the last one; 0 for none by steps.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int Steps
    {
        get;
        init => field = Check.Value("The steps between checkpoints", value, value >= 0, "at least 0");
    }

    /// <summary>Keeps the checkpoint of every so many epochs for good, beside the last and the best; 0 keeps none.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int KeepEvery
    {
        get;
        init => field = Check.Value("The epochs between kept checkpoints", value, value >= 0, "at least 0");
    }
}
