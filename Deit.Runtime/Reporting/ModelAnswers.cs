using System.Collections.Immutable;
using Deit.Data;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Reporting;

/// <summary>A class, and how probable a model thinks it.</summary>
/// <param name="Class">The class.</param>
/// <param name="Probability">From 0 to 1.</param>
internal readonly record struct Guess(int Class, double Probability);

/// <summary>What a model makes of an image.</summary>
/// <param name="Index">The image in its dataset.</param>
/// <param name="Actual">Its class.</param>
/// <param name="Guesses">The most probable classes, the first being the prediction.</param>
internal sealed record Answer(int Index, int Actual, ImmutableArray<Guess> Guesses)
{
    /// <summary>The predicted class.</summary>
    public int Predicted => Guesses[0].Class;

    /// <summary>Whether the prediction is right.</summary>
    public bool IsRight => Predicted == Actual;
}

/// <summary>How a model answers validation images: all of them, or as many as tell what it confuses.</summary>
/// <param name="Data">What the images are called.</param>
/// <param name="ImagesThere">How many validation images there are.</param>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Answers">The answers, in the order of the images.</param>
/// <param name="Pictures">Some of the images.</param>
internal sealed record ModelAnswers(
    string Data, int ImagesThere, ImmutableArray<string> Classes, ImmutableArray<Answer> Answers, PicturedAnswers Pictures)
{
    /// <summary>The most images that are looked at.</summary>
    public const int MaximumImages = 4096;

    private const int GuessesShown = 3;

    /// <summary>The share of right answers, from 0 to 1.</summary>
    public double Top1 => (double)Answers.Count(static answer => answer.IsRight) / Answers.Length;

    /// <summary>Lets a model answer, in evaluation mode, in which it is afterwards.</summary>
    /// <param name="model">The model; it stays its owner's, on the device where it is.</param>
    /// <param name="data">The data; no more than <see cref="MaximumImages"/> of its validation images are looked at.</param>
    /// <param name="training">Seed, which chooses the images where there are more, and batch size.</param>
    /// <param name="loading">Threads that read images.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="DeitException">The data do not suit the model, or cannot be read.</exception>
    public static ModelAnswers Gather(
        IVisionModel model, DataSplits data, TrainingOptions training, LoadingOptions loading, CancellationToken cancellationToken)
    {
        DataFit.Require(model.Description, data);
        IImageDataset images = Choose(data.Validation, training.Seed);
        ImmutableArray<Answer> answers = [.. Answer(model, images, data, training.BatchSize, loading, cancellationToken)];
        return new(
            data.Validation.Name, data.Validation.Count, [.. images.ClassNames], answers, PicturedAnswers.Choose(images, answers, training.Seed));
    }

    /// <summary>How often each class was taken for each.</summary>
    public ConfusionMatrix Confusion()
    {
        var matrix = new ConfusionMatrix(Classes.Length);
        foreach (Answer answer in Answers) matrix.Add(answer.Actual, answer.Predicted);
        return matrix;
    }

    private static IImageDataset Choose(IImageDataset images, long seed) => images.Count <= MaximumImages
        ? images
        : new Subset(images.Name, images, [.. Permutation.Of(seed, 0, images.Count).Take(MaximumImages).Order()]);

    private static List<Answer> Answer(
        IVisionModel model, IImageDataset images, DataSplits data, int batchSize, LoadingOptions loading, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        model.Module.eval();
        var loader = new DataLoader(images, new()
        {
            BatchSize = batchSize,
            Transform = new EvaluationTransform(data.Preprocessing, data.ImageSize),
            BadImages = new BadImages(int.MaxValue),
            Workers = loading.Workers,
            Prefetch = loading.Prefetch,
            Device = model.Module.parameters().First().device,
        });
        var answers = new List<Answer>(images.Count);
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            using (NewDisposeScope())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Tensor probabilities = nn.functional.softmax(model.Infer(batch.Images), 1);
                answers.AddRange(Read(batch, probabilities));
            }
        }

        return answers;
    }

    /// <param name="batch">The images.</param>
    /// <param name="probabilities">Shape (batch, classes).</param>
    private static IEnumerable<Answer> Read(Batch batch, Tensor probabilities)
    {
        int guesses = (int)Math.Min(GuessesShown, probabilities.shape[1]);
        (Tensor values, Tensor classes) = probabilities.to(ScalarType.Float32).topk(guesses, 1);
        float[] value = values.cpu().data<float>().ToArray();
        long[] guessed = classes.cpu().data<long>().ToArray();
        long[] labels = batch.Labels.cpu().data<long>().ToArray();
        for (int image = 0; image < labels.Length; image++)
        {
            IEnumerable<int> places = Enumerable.Range(image * guesses, guesses);
            yield return new(batch.Indices[image], (int)labels[image], [.. places.Select(place => new Guess((int)guessed[place], value[place]))]);
        }
    }
}
