using System.Collections.Immutable;
using Deit.Data;
using Deit.Inference;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Inference;

[Collection("Counts tensors")]
public sealed class PredictionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("true", 2, "cpu")]
    [InlineData("false", 64, "cpu")]
    [InlineData("true", 2, "cuda")]
    [InlineData("false", 64, "cuda")]
    public void Probabilities_are_the_softmax_of_the_models_logits(string distilled, int batchSize, string device)
    {
        Device there = Devices.Require(device);
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Compile(distilled).Create();
        string[] paths = ColourImages.Write(_folder, "images", classes: 2, imagesPerClass: 2);

        ImmutableArray<ImagePrediction> predictions = Prediction.Run(model, paths, top: 100, new() { BatchSize = batchSize, Device = there });

        Assert.Equal(paths, predictions.Select(static prediction => prediction.Path));
        foreach (ImagePrediction prediction in predictions)
        {
            double[] expected = model.Predict(Prepare(prediction.Path).to(there)).softmax(1).Values();
            Assert.Equal(7, prediction.Classes.Length);
            Assert.All(prediction.Classes, guess => Assert.Equal(expected[guess.Index], guess.Probability, 1e-6));
            Assert.Equal(prediction.Classes.Select(static guess => guess.Probability).OrderDescending(), prediction.Classes.Select(static guess => guess.Probability));
            Assert.Equal(1, prediction.Classes.Sum(static guess => guess.Probability), 1e-9);
        }
    }

    [Fact]
    public void As_many_classes_are_named_as_were_asked_for()
    {
        using IVisionModel model = Compile("true").Create();
        string[] paths = ColourImages.Write(_folder, "images", classes: 1, imagesPerClass: 1);

        Assert.Equal(3, Prediction.Run(model, paths, top: 3).Single().Classes.Length);
        Assert.Throws<DeitException>(() => Prediction.Run(model, paths, top: 0));
    }

    [Fact]
    public void An_image_that_cannot_be_read_keeps_no_other_from_its_answer()
    {
        using IVisionModel model = Compile("true").Create();
        string[] paths = ColourImages.Write(_folder, "images", classes: 2, imagesPerClass: 2);
        File.WriteAllText(paths[1], "no image");
        string missing = _folder.File("missing.png");

        ImmutableArray<ImagePrediction> predictions = Prediction.Run(model, [.. paths, missing]);
        ImmutableArray<ImagePrediction> alone = Prediction.Run(model, [paths[0], paths[2], paths[3]]);

        Assert.Equal([paths[1], missing], predictions.Where(static prediction => prediction.Error is not null).Select(static prediction => prediction.Path));
        Assert.Contains(paths[1], predictions[1].Error);
        Assert.Contains(missing, predictions[4].Error);
        Assert.Empty(predictions[1].Classes);
        Assert.Equal(
            alone.SelectMany(static prediction => prediction.Classes).Select(static guess => guess.Index),
            predictions.SelectMany(static prediction => prediction.Classes).Select(static guess => guess.Index));
    }

    [Fact]
    public void Predicting_leaves_no_tensor_behind()
    {
        using IVisionModel model = Compile("true").Create();
        string[] paths = ColourImages.Write(_folder, "images", classes: 2, imagesPerClass: 2);
        Prediction.Run(model, paths);

        // Batches are made on one thread and freed on another, so that all threads are counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        Prediction.Run(model, paths);

        Assert.Equal(before, Tensor.TotalCount);
    }

    private RegisteredModelAttribute Compile(string distilled) =>
        SpecModel.Compile(_folder, "base: deit_digits_distilled", "depth: 1", "classes: 7", $"distilled: {distilled}");

    private static Tensor Prepare(string path)
    {
        var pixels = new float[3 * 32 * 32];
        using RgbImage decoded = ImageDecoder.Decode(path);
        new EvaluationTransform(Preprocessing.Default, 32).Apply(decoded, pixels);
        return tensor(pixels, [1, 3, 32, 32], device: CPU);
    }
}
