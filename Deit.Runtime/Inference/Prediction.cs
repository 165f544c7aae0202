using System.Collections.Immutable;
using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Inference;

/// <summary>Asks a model what is on images.</summary>
public static class Prediction
{
    /// <summary>
    /// The most probable classes of every image, by the softmax of the model's logits; of a distilled model, of the mean of both heads'.
    /// </summary>
    /// <param name="model">The model; it stays its owner's, and is in evaluation mode afterwards.</param>
    /// <param name="paths">The files.</param>
    /// <param name="top">How many classes to name.</param>
    /// <param name="options">How images are prepared, batch size, device.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>An answer for every file, in their order; for one that cannot be read, why.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImmutableArray<ImagePrediction> Run(
        IVisionModel model, IReadOnlyList<string> paths, int top = 5, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        Check.Value("The number of classes to name", top, top >= 1, "at least 1");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Device device = options.Device ?? model.Module.parameters().First().device;
        model.Module.to(device);
        model.Module.eval();
        var batches = new ImageBatches(
            paths.Count, index => ImageDecoder.Decode(paths[index]), new EvaluationTransform(options.Preprocessing, model.Description.Input[1]), options);

        var answers = new ImagePrediction[paths.Count];
        var unreadable = new DeitException?[paths.Count];
        foreach (ImageBatch batch in batches.Decode(device, (index, exception) => unreadable[index] = exception))
        {
            using (batch)
            using (NewDisposeScope())
            {
                cancellationToken.ThrowIfCancellationRequested();
                (Tensor values, Tensor classes) = model.Infer(batch.Images).cpu().to(float64).softmax(1).topk(Math.Min(top, model.Description.Classes), 1);
                double[] probabilities = [.. values.contiguous().data<double>()];
                long[] indices = [.. classes.contiguous().data<long>()];
                int guesses = indices.Length / batch.Count;
                for (int i = 0; i < batch.Count; i++)
                {
                    int index = batch.Start + i;
                    answers[index] = new(paths[index], unreadable[index]?.Message, unreadable[index] is null
                        ? [.. Enumerable.Range(i * guesses, guesses).Select(place => new ClassProbability((int)indices[place], probabilities[place]))]
                        : []);
                }
            }
        }

        return [.. answers];
    }
}

/// <summary>What a model sees on an image.</summary>
/// <param name="Path">The file.</param>
/// <param name="Error">Why it cannot be read; null where it can.</param>
/// <param name="Classes">The most probable classes, the first one first; empty where it cannot be read.</param>
public sealed record ImagePrediction(string Path, string? Error, ImmutableArray<ClassProbability> Classes);

/// <summary>How probable a model finds a class.</summary>
/// <param name="Index">The class, an index into the model's logits.</param>
/// <param name="Probability">From 0 to 1.</param>
public readonly record struct ClassProbability(int Index, double Probability);
