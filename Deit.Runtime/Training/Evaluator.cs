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

    /// <summary>Puts the model into evaluation mode and lets it answer all images.</summary>
    public Evaluation Evaluate(Learner learner, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        learner.Model.Module.eval();
        (double loss, long images, long prediction, long? byClass, long? byDistillation) = (0, 0, 0, null, null);
        foreach (Batch batch in _loader.Epoch(0))
        {
            using (batch)
            using (DisposeScope step = NewDisposeScope())
            {
                cancellationToken.ThrowIfCancellationRequested();
                HeadLogits logits = learner.Answer(batch.Images);
                loss += CrossEntropy.Labels(logits.Prediction, batch.Labels).item<float>() * batch.Indices.Count;
                images += batch.Indices.Count;
                prediction += Right(logits.Prediction, batch.Labels);
                if (logits.Class is { } ofClass) byClass = (byClass ?? 0) + Right(ofClass, batch.Labels);
                if (logits.Distillation is { } ofDistillation) byDistillation = (byDistillation ?? 0) + Right(ofDistillation, batch.Labels);
            }
        }

        return new(loss / images, (double)prediction / images, (double?)byClass / images, (double?)byDistillation / images);
    }

    /// <summary>How many of the labels have the greatest logit of their row.</summary>
    public static long Right(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        return logits.argmax(1).eq(labels).sum().item<long>();
    }
}

/// <summary>How a model answered the validation images; see <see cref="EpochMetrics"/>.</summary>
internal readonly record struct Evaluation(double Loss, double Top1, double? ClassTop1, double? DistillationTop1);
