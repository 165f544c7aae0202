using Deit.Data;
using Deit.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>Judges models by the validation images.</summary>
internal sealed class Evaluator
{
    private readonly DataLoader _loader;

    /// <param name="images">The validation images.</param>
    /// <param name="transform">How they are prepared.</param>
    /// <param name="batchSize">Images at once; it changes nothing but time and memory.</param>
    /// <param name="device">Where the models are.</param>
    /// <param name="loading">Threads that read the images.</param>
    /// <param name="badImages">Where images that cannot be read are counted.</param>
    public Evaluator(IImageDataset images, EvaluationTransform transform, int batchSize, Device device, LoadingOptions loading, BadImages badImages) => _loader = new(
        images,
        new()
        {
            BatchSize = batchSize,
            Transform = transform,
            BadImages = badImages,
            Workers = loading.Workers,
            Prefetch = loading.Prefetch,
            Device = device,
        });

    /// <summary>The images.</summary>
    public IImageDataset Dataset => _loader.Dataset;

    /// <summary>A batch of the images, the caller's to dispose.</summary>
    /// <param name="number">Its number, from 0.</param>
    public Batch Read(int number) => _loader.Epoch(0, skipBatches: number).First();

    /// <summary>Puts the model into evaluation mode and lets it answer all images.</summary>
    public Evaluation Evaluate(Learner learner, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        learner.Model.Module.eval();
        (double loss, long images, long prediction, long? byClass, long? byDistillation) = (0, 0, 0, null, null);
        (int number, NonFiniteBatch? nonFinite) = (0, null);
        foreach (Batch batch in _loader.Epoch(0))
        {
            using (batch)
            using (DisposeScope step = NewDisposeScope())
            {
                cancellationToken.ThrowIfCancellationRequested();
                HeadLogits logits = learner.Answer(batch.Images);
                double ofBatch = CrossEntropy.Labels(logits.Prediction, batch.Labels).item<float>();
                if (!double.IsFinite(ofBatch)) nonFinite ??= new(number, ofBatch);
                number++;
                loss += ofBatch * batch.Indices.Count;
                images += batch.Indices.Count;
                prediction += Right(logits.Prediction, batch.Labels);
                if (logits.Class is { } ofClass) byClass = (byClass ?? 0) + Right(ofClass, batch.Labels);
                if (logits.Distillation is { } ofDistillation) byDistillation = (byDistillation ?? 0) + Right(ofDistillation, batch.Labels);
            }
        }

        return new(loss / images, (double)prediction / images, (double?)byClass / images, (double?)byDistillation / images) { NonFinite = nonFinite };
    }

    /// <summary>How many of the labels have the greatest logit of their row.</summary>
    public static long Right(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        return logits.argmax(1).eq(labels).sum().item<long>();
    }
}

/// <summary>How a model answered the validation images; see <see cref="EpochMetrics"/>.</summary>
internal readonly record struct Evaluation(double Loss, double Top1, double? ClassTop1, double? DistillationTop1)
{
    /// <summary>The first batch that made the loss no number; null where it is one.</summary>
    public NonFiniteBatch? NonFinite { get; init; }
}

/// <summary>A batch of validation images whose loss is not finite.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Loss">The mean of its images' losses.</param>
internal readonly record struct NonFiniteBatch(int Number, double Loss);
