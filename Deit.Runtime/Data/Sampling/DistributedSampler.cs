namespace Deit.Data;

/// <summary>
/// PyTorch's <c>DistributedSampler</c>: the order of an epoch is dealt out to the processes, one image to each in turn. The order is
/// the same for any number of processes. What does not go round is filled up from the order's begin, or left out.
/// </summary>
public sealed class DistributedSampler : ISampler
{
    private readonly int _count;
    private readonly long _seed;
    private readonly ProcessGroup _group;
    private readonly bool _shuffle;
    private readonly bool _dropLast;

    /// <summary>Makes a sampler; by default one that shuffles for a single process.</summary>
    /// <param name="count">Images of the dataset.</param>
    /// <param name="seed">What orders are drawn from, together with the epoch.</param>
    /// <param name="group">The processes, and which of them this is.</param>
    /// <param name="shuffle">Whether every epoch has an order of its own; otherwise the dataset's order.</param>
    /// <param name="dropLast">Whether images that do not go round are left out.</param>
    public DistributedSampler(int count, long seed, ProcessGroup? group = null, bool shuffle = true, bool dropLast = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        (_count, _seed, _group, _shuffle, _dropLast) = (count, seed, group ?? ProcessGroup.Single, shuffle, dropLast);
        SamplesPerEpoch = Length(count, _group, dropLast);
    }

    /// <inheritdoc/>
    public int SamplesPerEpoch { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Sample> Epoch(int epoch)
    {
        IReadOnlyList<int> order = _shuffle ? Permutation.Of(_seed, epoch, _count) : [.. Enumerable.Range(0, _count)];
        return Deal(order, _group, _dropLast);
    }

    /// <summary>The samples of one process, out of a given order.</summary>
    /// <param name="order">The order of all images.</param>
    /// <param name="group">The processes, and which of them this is.</param>
    /// <param name="dropLast">Whether images that do not go round are left out.</param>
    public static Sample[] Deal(IReadOnlyList<int> order, ProcessGroup group, bool dropLast = false)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(group);
        var samples = new Sample[Length(order.Count, group, dropLast)];

        // Fewer images than processes: the order is repeated as often as it takes.
        for (int i = 0; i < samples.Length; i++)
        {
            long position = group.Rank + ((long)i * group.WorldSize);
            samples[i] = new(order[(int)(position % order.Count)]);
        }

        return samples;
    }

    private static int Length(int count, ProcessGroup group, bool dropLast) =>
        dropLast ? count / group.WorldSize : (int)(((long)count + group.WorldSize - 1) / group.WorldSize);
}
