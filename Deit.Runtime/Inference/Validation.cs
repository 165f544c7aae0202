using Deit.Data;
using Deit.Distillation;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Inference;

/// <summary>Judges a model by images whose classes are known, as timm's and DeiT's own evaluation do.</summary>
public static class Validation
{
    /// <summary>Lets a model answer all images, in evaluation mode.</summary>
    /// <param name="model">The model; it stays its owner's.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">How they are prepared, batch size, device.</param>
    /// <param name="progress">Told after every batch how it stands.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="DeitException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ValidationResult Run(
        IVisionModel model,
        LabelledImages images,
        InferenceOptions? options = null,
        IProgress<ValidationResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Device device = options.Device ?? model.Module.parameters().First().device;
        var learner = Learner.For(model, teacher: null, new DistillationOptions());
        learner.MoveTo(device);
        model.Module.eval();
        var batches = new ImageBatches(
            images.Images.Length, images.Dataset.Load, new EvaluationTransform(options.Preprocessing, model.Description.Input[1]), options);

        var tally = new Tally(options.Time);
        foreach (ImageBatch batch in batches.Decode(device))
        {
            using (batch)
            using (NewDisposeScope())
            {
                cancellationToken.ThrowIfCancellationRequested();
                long[] labels = [.. Enumerable.Range(batch.Start, batch.Count).Select(index => (long)images.Images[index].Label)];
                tally.Add(learner.Answer(batch.Images), tensor(labels, device: device));
                progress?.Report(tally.Result);
            }
        }

        return tally.Result;
    }

    private sealed class Tally(TimeProvider time)
    {
        private readonly long _begin = time.GetTimestamp();
        private readonly HeadMeter _prediction = new();
        private readonly HeadMeter _class = new();
        private readonly HeadMeter _distillation = new();
        private bool _isDistilled;
        private long _images;

        public ValidationResult Result
        {
            get
            {
                double seconds = time.GetElapsedTime(_begin).TotalSeconds;
                return new(_images, _prediction.Score, seconds > 0 ? _images / seconds : 0)
                {
                    ClassHead = _isDistilled ? _class.Score : null,
                    DistillationHead = _isDistilled ? _distillation.Score : null,
                };
            }
        }

        public void Add(HeadLogits logits, Tensor labels)
        {
            _images += labels.shape[0];
            _prediction.Add(logits.Prediction, labels);
            if (logits is not { Class: { } ofClass, Distillation: { } ofDistillation }) return;
            _isDistilled = true;
            _class.Add(ofClass, labels);
            _distillation.Add(ofDistillation, labels);
        }
    }
}

/// <summary>How a model answered images whose classes are known.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Score">How it predicts; of a distilled model, by the mean of both heads' logits.</param>
/// <param name="ImagesPerSecond">Images a second, decoding included.</param>
public sealed record ValidationResult(long Images, HeadScore Score, double ImagesPerSecond)
{
    /// <summary>How the class head alone predicts; null of a model with one head.</summary>
    public HeadScore? ClassHead { get; init; }

    /// <summary>How the distillation head alone predicts; null of a model with one head.</summary>
    public HeadScore? DistillationHead { get; init; }
}
