namespace Deit.Data;

/// <summary>
/// Repeated augmentation (Hoffer et al., arXiv 1901.09335; Berman et al., arXiv 1902.05509) as DeiT's <c>RASampler</c> and timm's
/// <c>RepeatAugSampler</c> have it: every image of the epoch's order stands several times in a row, each time augmented in its own
/// way, and the views are dealt out to the processes. An epoch takes no more steps than without: it ends when about as many views
/// were seen as there are images, so that it shows a part of the images, several times each.
/// </summary>
public sealed class RepeatedAugmentationSampler : ISampler
{
    private readonly int _count;
    private readonly long _seed;
    private readonly ProcessGroup _group;
    private readonly RepeatedAugmentation _options;

    /// <summary>Makes a sampler.</summary>
    /// <param name="count">Images of the dataset.</param>
    /// <param name="seed">What orders are drawn from, together with the epoch.</param>
    /// <param name="options">Views of an image, and when an epoch ends.</param>
    /// <param name="group">The processes, and which of them this is; null for one.</param>
    public RepeatedAugmentationSampler(int count, long seed, RepeatedAugmentation options, ProcessGroup? group = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        (_count, _seed, _options, _group) = (count, seed, options, group ?? ProcessGroup.Single);
        SamplesPerEpoch = options.Selected(count, _group);
    }

    /// <inheritdoc/>
    public int SamplesPerEpoch { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Sample> Epoch(int epoch) => _options.Deal(Permutation.Of(_seed, epoch, _count), _group);
}
