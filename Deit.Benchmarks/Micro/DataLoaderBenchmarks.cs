using BenchmarkDotNet.Attributes;
using Deit.Augmentation;
using Deit.Data;

namespace Deit.Benchmarks.Micro;

/// <summary>Waiting for the next batch of 64 augmented images of 32×32 pixels, epoch after epoch, from a loader that is never paused.</summary>
public class DataLoaderBenchmarks
{
    private const int BatchSize = 64;
    private const int ImageSize = 32;

    private IEnumerator<Batch> _batches = null!;

    /// <summary>Starts the loader.</summary>
    [GlobalSetup]
    public void Setup()
    {
        DataSplits digits = Datasets.Open("digits", path: null, ImageSize);
        var loader = new DataLoader(digits.Train, new()
        {
            BatchSize = BatchSize,
            Transform = new TrainingTransform(
                new() { Crop = CropMode.Padded, CropPadding = 4, HorizontalFlip = 0.5, RandomErasing = 0.25 }, digits.Preprocessing, ImageSize),
            Sampler = new DistributedSampler(digits.Train.Count, seed: 0),
            DropLast = true,
        });
        _batches = Enumerable.Range(0, int.MaxValue).SelectMany(epoch => loader.Epoch(epoch)).GetEnumerator();
    }

    /// <summary>Ends the loader.</summary>
    [GlobalCleanup]
    public void Cleanup() => _batches.Dispose();

    /// <summary>Takes a batch.</summary>
    [Benchmark(Description = "DataLoader, a batch of 64")]
    public void NextBatch()
    {
        _batches.MoveNext();
        _batches.Current.Dispose();
    }
}
