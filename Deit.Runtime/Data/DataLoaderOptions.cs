using System.Collections.Immutable;
using Deit.Augmentation;
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

    /// <summary>Mean of red, green and blue, of values from 0 to 1.</summary>
    public required ImmutableArray<float> Mean
    {
        get;
        init => field = OnePerChannel("means", value);
    }

    /// <summary>Standard deviation of red, green and blue, of values from 0 to 1.</summary>
    public required ImmutableArray<float> StandardDeviation
    {
        get;
        init => field = OnePerChannel("standard deviations", value);
    }

    /// <summary>Whether every epoch has an order of its own; otherwise the dataset's order.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Whether a last batch that is not full is left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>What order and augmentation are drawn from, together with the epoch.</summary>
    public long Seed { get; init; }

    /// <summary>Random changes of training images; null for images as they are.</summary>
    public AugmentationOptions? Augmentation { get; init; }

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

    private static ImmutableArray<float> OnePerChannel(string name, ImmutableArray<float> values)
    {
        const int Channels = 3;
        Check.Value($"The number of channel {name}", values.Length, values.Length == Channels, "3, of red, green and blue");
        return values;
    }
}
