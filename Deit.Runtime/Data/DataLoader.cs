using Deit.Augmentation;
namespace Deit.Data;

/// <summary>
/// Makes the batches of an epoch on threads of its own, ahead of who consumes them. What an epoch holds follows from the
/// dataset, the options and the number of the epoch alone, whatever the number of threads and wherever it is resumed.
/// </summary>
public sealed class DataLoader
{
    private readonly IImageDataset _dataset;
    private readonly DataLoaderOptions _options;
    private readonly BatchAssembler _assembler;

    /// <summary>Makes a loader.</summary>
    /// <exception cref="DeitException">
    /// The dataset holds too few images for a single batch, or its images are no larger than the crop padding.
    /// </exception>
    public DataLoader(IImageDataset dataset, DataLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        int padding = options.Augmentation is { Crop: CropMode.Padded } moved ? moved.CropPadding : 0;
        int shorterSide = Math.Min(dataset.Height, dataset.Width);
        Check.Value("Crop padding", padding, padding < shorterSide, $"less than the images' shorter side, {shorterSide}");
        _dataset = dataset;
        _options = options;
        _assembler = new BatchAssembler(dataset, options);
        BatchesPerEpoch = options.DropLast
            ? dataset.Count / options.BatchSize
            : (int)(((long)dataset.Count + options.BatchSize - 1) / options.BatchSize);
        if (BatchesPerEpoch == 0)
        {
            throw new DeitException(
                $"{dataset.Name} has {dataset.Count} images, too few for one batch of {options.BatchSize}: make the batch smaller.");
        }
    }

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
        return Assemble(epoch, skipBatches).Prefetch(_options.Prefetch);
    }

    private IEnumerable<Batch> Assemble(int epoch, int skipBatches)
    {
        int[] order = _options.Shuffle ? Permutation.Of(_options.Seed, epoch, _dataset.Count) : [.. Enumerable.Range(0, _dataset.Count)];
        for (int batch = skipBatches; batch < BatchesPerEpoch; batch++)
        {
            int start = batch * _options.BatchSize;
            int size = Math.Min(_options.BatchSize, order.Length - start);
            yield return _assembler.Assemble(epoch, new ArraySegment<int>(order, start, size));
        }
    }
}
