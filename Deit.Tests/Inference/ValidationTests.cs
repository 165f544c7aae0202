using Deit.Data;
using Deit.Inference;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Inference;

/// <summary>Accuracies and losses are those that the logits of every single image give.</summary>
[Collection("Counts tensors")]
public sealed class ValidationTests : IDisposable
{
    private const int Classes = 7;

    private static readonly Preprocessing Bilinear = new() { CropPct = 0.8, Interpolation = "bilinear", Mean = [0.4, 0.5, 0.6], Std = [0.2, 0.3, 0.4] };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> AllDevices => Devices.All;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(64)]
    public void A_distilled_model_is_judged_by_head_and_by_both(int batchSize)
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = (DistilledClassifier)Compile("distilled: true").Create();
        HashFill.Fill(model);
        LabelledImages images = Images(((IVisionModel)model).Description);

        ValidationResult result = Validation.Run(model, images, new() { Preprocessing = Bilinear, BatchSize = batchSize });

        (Tensor Input, long Label)[] prepared = Prepare(images);
        Assert.Equal(images.Images.Length, result.Images);
        AssertScore(prepared.Select(image => (model.call(image.Input).Class, image.Label)), result.ClassHead!);
        AssertScore(prepared.Select(image => (model.call(image.Input).Distillation, image.Label)), result.DistillationHead!);
        AssertScore(prepared.Select(image => (model.Predict(image.Input), image.Label)), result.Score);
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void A_model_with_one_head_has_one_score(string device)
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Compile("distilled: false").Create();
        HashFill.Fill(model.Module);
        LabelledImages images = Images(model.Description);

        ValidationResult result = Validation.Run(model, images, new() { Preprocessing = Bilinear, BatchSize = 3, Device = Devices.Require(device) });

        Assert.Null(result.ClassHead);
        Assert.Null(result.DistillationHead);
        model.Module.cpu();
        AssertScore(Prepare(images).Select(image => (model.Predict(image.Input), image.Label)), result.Score);
    }

    [Fact]
    public void Progress_ends_with_the_result()
    {
        using IVisionModel model = Compile("distilled: false").Create();
        HashFill.Fill(model.Module);
        LabelledImages images = Images(model.Description);
        var seen = new List<ValidationResult>();

        ValidationResult result = Validation.Run(model, images, new() { BatchSize = 4 }, new Recorder(seen));

        Assert.Equal([4, 8, 12, 14], seen.Select(static state => (int)state.Images));
        Assert.Equal(result.Score, seen[^1].Score);
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_named()
    {
        using IVisionModel model = Compile("distilled: false").Create();
        HashFill.Fill(model.Module);
        LabelledImages images = Images(model.Description);
        File.WriteAllText(images.Images[3].Path, "no image");

        Assert.Contains(images.Images[3].Path, Assert.Throws<DeitException>(() => Validation.Run(model, images)).Message);
    }

    [Fact]
    public void A_validation_that_is_cancelled_stops_and_leaves_nothing_behind()
    {
        using IVisionModel model = Compile("distilled: true").Create();
        LabelledImages images = Images(model.Description);
        var options = new InferenceOptions { BatchSize = 2, Workers = 1 };
        Validation.Run(model, images, options);
        using var cancellation = new CancellationTokenSource();

        // Batches are made on one thread and freed on another, so that all threads are counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        Assert.Throws<OperationCanceledException>(() =>
            Validation.Run(model, images, options, new Recorder([]) { OnReport = cancellation.Cancel }, cancellation.Token));
        Validation.Run(model, images, options);

        Assert.Equal(before, Tensor.TotalCount);
    }

    private RegisteredModelAttribute Compile(string key) => SpecModel.Compile(_folder, "base: deit_digits_distilled", "depth: 1", $"classes: {Classes}", key);

    private LabelledImages Images(ModelDescription model)
    {
        ColourImages.Write(_folder, "data/val", Classes, imagesPerClass: 2);
        return LabelledImages.Open(_folder.File("data"), model);
    }

    private static (Tensor Input, long Label)[] Prepare(LabelledImages images)
    {
        var transform = new EvaluationTransform(Bilinear, 32);
        return [.. images.Images.Select(image =>
        {
            var pixels = new float[3 * 32 * 32];
            using RgbImage decoded = ImageDecoder.Decode(image.Path);
            transform.Apply(decoded, pixels);
            return (tensor(pixels, [1, 3, 32, 32], device: CPU), (long)image.Label);
        })];
    }

    private static void AssertScore(IEnumerable<(Tensor Logits, long Label)> answers, HeadScore actual)
    {
        (double[] Logits, long Label)[] rows = [.. answers.Select(static answer => (answer.Logits.Values(), answer.Label))];
        int[] ranks = [.. rows.Select(static row => row.Logits.Count(logit => logit > row.Logits[row.Label]))];
        Assert.Equal(ranks.Count(static rank => rank == 0) / (double)rows.Length, actual.Top1, 1e-12);
        Assert.Equal(ranks.Count(static rank => rank < 5) / (double)rows.Length, actual.Top5, 1e-12);
        Assert.Equal(rows.Average(static row => Math.Log(row.Logits.Sum(Math.Exp)) - row.Logits[row.Label]), actual.Loss, 1e-5);
        Assert.InRange(actual.Top5, 0.01, 0.99);
    }

    private sealed class Recorder(List<ValidationResult> seen) : IProgress<ValidationResult>
    {
        public Action OnReport { get; init; } = static () => { };

        public void Report(ValidationResult value)
        {
            seen.Add(value);
            OnReport();
        }
    }
}
