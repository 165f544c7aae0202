namespace Deit.Data;

/// <summary>How images are read while a model is trained.</summary>
public sealed record LoadingOptions
{
    /// <summary>Threads that read images; it changes nothing but time.</summary>
    public int Workers
    {
        get;
        init => field = Check.Value("The number of data workers", value, value > 0, "at least 1");
    }
    = 2;

    /// <summary>Finished batches that may wait to be trained on; it changes nothing but time and memory.</summary>
    public int Prefetch
    {
        get;
        init => field = Check.Value("The number of prefetched batches", value, value > 0, "at least 1");
    }
    = 2;

    /// <summary>Whether no more of a training image is decoded than its crop needs; see <see cref="DataLoaderOptions.FastDecode"/>.</summary>
    public bool FastDecode { get; init; }

    /// <summary>Images that may be unreadable, in training and validation together: each is replaced by the image after it.</summary>
    public int MaximumBadImages
    {
        get;
        init => field = Check.Value("The number of bad images", value, value >= 0, "at least 0");
    }
    = 50;
}
