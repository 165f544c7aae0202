using static TorchSharp.torch;

namespace Deit.Data;

/// <summary>How a <see cref="DataLoader"/> makes batches.</summary>
public sealed record DataLoaderOptions
{
    /// <summary>Images a batch.</summary>
    public required int BatchSize
    {
        get;
        init => field = Check.Value("Batch size", value, value > 0, "at least 1");
    }

    /// <summary>What turns an image into the model's input.</summary>
    public required ISampleTransform Transform { get; init; }

    /// <summary>Which images an epoch shows, and in which order; null for every image, in the dataset's order.</summary>
    public ISampler? Sampler { get; init; }

    /// <summary>Whether a last batch that is not full is left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>What the transform's draws depend on, together with epoch, image and repeat.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Whether no more of an image is decoded than its crop needs, and at a lower resolution where the crop is shrunk to less than
    /// half: faster, for pixels that are nearly the same. For training only, and only where the transform is an
    /// <see cref="ICropPlanner"/>.
    /// </summary>
    public bool FastDecode { get; init; }

    /// <summary>Where images that cannot be read are counted; null throws at the first.</summary>
    public BadImages? BadImages { get; init; }

    /// <summary>Threads that read images.</summary>
    public int Workers
    {
        get;
        init => field = Check.Value("The number of data workers", value, value > 0, "at least 1");
    }
    = Math.Min(2, Environment.ProcessorCount);

    /// <summary>Finished batches that may wait for the consumer; one more is in the making.</summary>
    public int Prefetch
    {
        get;
        init => field = Check.Value("The number of prefetched batches", value, value > 0, "at least 1");
    }
    = 2;

    /// <summary>Where the tensors of a batch live.</summary>
    public Device Device { get; init; } = CPU;
}
