using System.Diagnostics;
using Deit.Augmentation;
using Deit.Data;
using Deit.Models;
using Deit.Optimization;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Data;

/// <summary>How fast steps are, and how much of them is waiting.</summary>
/// <param name="ImagesPerSecond">Images trained on a second.</param>
/// <param name="Waiting">The share of the time that was spent waiting for batches, from 0 to 1.</param>
internal readonly record struct Pace(double ImagesPerSecond, double Waiting);

/// <summary>
/// Steps of deit_tiny as the trainer takes them by DeiT's recipe, with mixing, AdamW and moving average, fed by a loader that
/// augments as DeiT does, or with one batch that is there.
/// </summary>
internal sealed class FedSteps : IDisposable
{
    private const int Size = 224;

    // Before they count, threads have begun and memory is laid out; the first batch of an epoch has nobody ahead of it anyway.
    private const int WarmUp = 2;

    private readonly DeitTinyPatch16_224 _model = DeitTinyPatch16_224.Create();
    private readonly PlainLearner _learner;
    private readonly TrainingOptions _options;
    private readonly TrainingState _state;
    private readonly TrainingViews _views;
    private readonly Photos _photos;
    private readonly int _steps;
    private int _epoch;

    /// <param name="photos">The images.</param>
    /// <param name="batchSize">Images of a step.</param>
    /// <param name="steps">Steps that are measured at once; the photos are gone through as often as it takes.</param>
    public FedSteps(Photos photos, int batchSize, int steps)
    {
        (_photos, _steps) = (photos, steps);
        _options = new()
        {
            BatchSize = batchSize,
            Mixing = new() { Mixup = 0.8, Cutmix = 1 },
            EmaDecay = 0.99996,
            Augmentation = new()
            {
                Crop = CropMode.RandomResized,
                HorizontalFlip = 0.5,
                AutoAugment = "rand-m9-mstd0.5-inc1",
                RandomErasing = 0.25,
                RandomErasingMode = ErasingMode.Pixel,
            },
        };
        _learner = new(_model);
        _views = new(_options, DeitTinyPatch16_224.Description.Classes);
        _state = new(_model, _options, fused: true);
        _model.train();
    }

    /// <summary>Steps whose batches a loader makes meanwhile.</summary>
    /// <param name="workers">Its threads.</param>
    /// <param name="fastDecode">Whether it decodes no more than it needs.</param>
    public Pace FromLoader(int workers, bool fastDecode)
    {
        int images = (WarmUp + _steps) * _options.BatchSize;
        var loader = new DataLoader(new Subset(_photos.Name, _photos, [.. Enumerable.Range(0, images).Select(image => image % _photos.Count)]), new()
        {
            BatchSize = _options.BatchSize,
            Transform = new TrainingTransform(_options.Augmentation, Preprocessing.Default, Size),
            Workers = workers,
            FastDecode = fastDecode,
        });
        return Measure(loader.Epoch(_epoch++), disposes: true);
    }

    /// <summary>Steps on a batch that is in memory.</summary>
    public Pace FromMemory()
    {
        using var batch = new Batch(
            zeros([_options.BatchSize, RgbImage.Channels, Size, Size], device: CPU).DetachFromDisposeScope(),
            zeros([_options.BatchSize], ScalarType.Int64, CPU).DetachFromDisposeScope(),
            []);
        return Measure(Enumerable.Repeat(batch, WarmUp + _steps), disposes: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
    }

    private Pace Measure(IEnumerable<Batch> batches, bool disposes)
    {
        var meter = new StepMeter(TimeProvider.System, epochs: 1, steps: 1);
        (int number, long begin, double waitedBefore) = (0, 0, 0);
        foreach (Batch batch in meter.Waiting(batches))
        {
            Step(batch, number);
            if (disposes) batch.Dispose();
            if (++number == WarmUp) (begin, waitedBefore) = (Stopwatch.GetTimestamp(), meter.DataSeconds);
        }

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return new(_steps * _options.BatchSize / seconds, (meter.DataSeconds - waitedBefore) / seconds);
    }

    private void Step(Batch batch, int number)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor targets) = _views.Mix(batch, epoch: 0, number);
        using Lesson lesson = _learner.Learn(images, targets, new(0, number, batch.Indices), fused: true);
        _state.Descend(lesson, new(0, 1), _options.LearningRate);
    }
}
