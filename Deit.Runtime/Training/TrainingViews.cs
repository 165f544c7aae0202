using Deit.Augmentation;
using Deit.Data;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// What a model sees in training: the same views whenever, and by whomever, the same epoch is asked for, be it to train a student or to
/// ask its teacher beforehand.
/// </summary>
/// <param name="options">Seed, batch size, augmentation and mixing.</param>
/// <param name="classes">The number of classes.</param>
internal sealed class TrainingViews(TrainingOptions options, int classes)
{
    private readonly MixupCutMix _mixing = new(options.Mixing, classes);

    /// <summary>The loader of the batches, before they are mixed.</summary>
    /// <param name="data">The images.</param>
    /// <param name="loading">How they are read.</param>
    /// <param name="badImages">Where images that cannot be read are counted.</param>
    /// <param name="device">Where the batches are wanted.</param>
    public DataLoader Loader(DataSplits data, LoadingOptions loading, BadImages badImages, Device device) => new(data.Train, new()
    {
        BatchSize = options.BatchSize,
        Transform = new TrainingTransform(options.Augmentation, data.Preprocessing, data.ImageSize),
        Sampler = Sampler(data.Train.Count),
        DropLast = true,
        Seed = options.Seed,
        FastDecode = loading.FastDecode,
        BadImages = badImages,
        Workers = loading.Workers,
        Prefetch = loading.Prefetch,
        Device = device,
    });

    /// <summary>Batches of an epoch.</summary>
    public int BatchesPerEpoch(DataSplits data) => Sampler(data.Train.Count).SamplesPerEpoch / options.BatchSize;

    /// <summary>Mixes a batch.</summary>
    /// <param name="batch">A batch of the loader's.</param>
    /// <param name="epoch">Its epoch, from 0.</param>
    /// <param name="number">Its number in the epoch, from 0.</param>
    /// <returns>The images and their targets, the caller's to dispose.</returns>
    public (Tensor Images, Tensor Targets) Mix(Batch batch, int epoch, int number) =>
        _mixing.Apply(batch.Images, batch.Labels, TrainingRandom.Mixing(options.Seed, epoch, number), epoch);

    private ISampler Sampler(int images) => options.Augmentation.Repeats > 1
        ? new RepeatedAugmentationSampler(images, options.Seed, new RepeatedAugmentation { Repeats = options.Augmentation.Repeats }.For(images))
        : new DistributedSampler(images, options.Seed);
}
