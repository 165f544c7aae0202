using BenchmarkDotNet.Attributes;
using Deit.Augmentation;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Micro;

/// <summary>Mixing a batch of 64 images of 224×224 pixels and their labels.</summary>
public class MixupCutMixBenchmarks
{
    private const int Batch = 64;
    private const int ImageSize = 224;
    private const int Classes = 1000;

    private readonly MixupCutMix _mixup = new(new() { Mixup = 0.8 }, Classes);
    private readonly MixupCutMix _cutMix = new(new() { Cutmix = 1 }, Classes);
    private readonly Random _random = new(0);
    private Tensor _images = null!;
    private Tensor _labels = null!;

    /// <summary>Makes the batch.</summary>
    [GlobalSetup]
    public void Setup()
    {
        manual_seed(0);
        _images = randn(Batch, 3, ImageSize, ImageSize, device: CPU);
        _labels = randint(Classes, [Batch], dtype: ScalarType.Int64, device: CPU);
    }

    /// <summary>Frees the batch.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _images.Dispose();
        _labels.Dispose();
    }

    /// <summary>Blends whole images.</summary>
    [Benchmark(Description = "Mixup, 64 images")]
    public void Mixup() => Mix(_mixup);

    /// <summary>Pastes boxes.</summary>
    [Benchmark(Description = "CutMix, 64 images")]
    public void CutMix() => Mix(_cutMix);

    private void Mix(MixupCutMix mixing)
    {
        (Tensor images, Tensor targets) = mixing.Apply(_images, _labels, _random);
        images.Dispose();
        targets.Dispose();
    }
}
