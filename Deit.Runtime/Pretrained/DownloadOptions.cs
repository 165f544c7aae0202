namespace Deit.Pretrained;

/// <summary>How weights are downloaded.</summary>
public sealed record DownloadOptions
{
    /// <summary>The folder that keeps them.</summary>
    public string Cache { get; init; } = CacheFolder.Default;

    /// <summary>Whether to download what is there already; it stays until the new file is whole.</summary>
    public bool Force { get; init; }

    /// <summary>Told of what has arrived; calls come one after the other, on the thread that downloads.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>How often in a row a transfer may fail without a byte more than before, until it is given up.</summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int Attempts
    {
        get;
        init => field = Check.Value("The number of attempts", value, value >= 1, "at least 1");
    }
    = 5;

    /// <summary>The pause after a first failure; every further one doubles it, up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts, also where the server asks for a longer one.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may be silent until the transfer counts as broken.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of the pauses.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes that are on the disk, those of earlier runs included.</param>
/// <param name="Total">Bytes in all; null where the server does not say.</param>
/// <param name="Resumed">Bytes that earlier runs or attempts left.</param>
public readonly record struct DownloadProgress(long Done, long? Total, long Resumed)
{
    /// <summary>Why nothing arrives just now, and how long until the next attempt; null while bytes arrive.</summary>
    public string? Trouble { get; init; }
}
