namespace Deit.Data;

/// <summary>
/// Makes the batches of an epoch on threads of its own, ahead of who consumes them. What an epoch holds follows from the
/// dataset, the options and the number of the epoch alone, whatever the number of threads and wherever it is resumed.
/// </summary>
public sealed class DataLoader
{
    private readonly IImageDataset _dataset;
    private readonly DataLoaderOptions _options;
    private readonly ISampler _sampler;
    private readonly SampleReader _reader;
    private readonly StagingMemory _staging;

    /// <summary>Makes a loader.</summary>
    /// <exception cref="DeitException">An epoch has too few samples for a single batch.</exception>
    public DataLoader(IImageDataset dataset, DataLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        _dataset = dataset;
        _options = options;
        _sampler = options.Sampler ?? new SequentialSampler(dataset.Count);
        _reader = new SampleReader(dataset, options);
        _staging = new StagingMemory(options);
        int samples = _sampler.SamplesPerEpoch;
        BatchesPerEpoch = options.DropLast ? samples / options.BatchSize : (int)(((long)samples + options.BatchSize - 1) / options.BatchSize);
        if (BatchesPerEpoch == 0)
        {
            throw new DeitException(
                $"{dataset.Name} has {dataset.Count} images, too few for one batch of {options.BatchSize}: make the batch smaller.");
        }
    }

    /// <summary>The images.</summary>
    internal IImageDataset Dataset => _dataset;

    /// <summary>Number of batches of every epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The batches of an epoch. Work begins with the enumeration and ends when its enumerator is disposed.</summary>
    /// <param name="epoch">The epoch; order and augmentation are drawn from it and the seed.</param>
    /// <param name="skipBatches">Leaves out that many batches from the front: those that a resumed run has already seen.</param>
    /// <exception cref="DeitException">An image cannot be read; thrown while enumerating, after the batches before it.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int skipBatches = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(skipBatches);
        return BatchPipeline.Run(Begin(epoch, skipBatches), _options.Workers, _options.Prefetch);
    }

    private IEnumerable<IPendingBatch<Batch>> Begin(int epoch, int skipBatches)
    {
        IReadOnlyList<Sample> samples = _sampler.Epoch(epoch);
        for (int batch = skipBatches; batch < BatchesPerEpoch; batch++)
        {
            int start = batch * _options.BatchSize;
            int size = Math.Min(_options.BatchSize, samples.Count - start);
            yield return new PendingBatch(_dataset, _reader, _staging, epoch, [.. samples.Skip(start).Take(size)]);
        }
    }
}
