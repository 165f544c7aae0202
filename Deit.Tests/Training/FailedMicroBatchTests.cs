using Deit.Data;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>Of the batches of a step, the one whose gradients are not finite is blamed.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class FailedMicroBatchTests : IDisposable
{
    private static readonly DataSplits Digits = DigitsDataset.Open(16);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    public void A_gradient_that_is_not_finite_is_blamed_on_its_own_images(int culprit, bool fused)
    {
        RegisteredModelAttribute model = SpecModel.Compile(_folder, TinyTransformer.Keys);

        // A loss that is no number is noticed at its batch: error, report and tensors are to be the same.
        RunFolder ofLoss = Fail(model, FailureCause.Loss, culprit, fused);
        RunFolder ofGradient = Fail(model, FailureCause.Gradient, culprit, fused);

        StepFailure expected = Read(ofLoss), actual = Read(ofGradient);
        Assert.Equal((FailureCause.Gradient, culprit, 2, 3), (actual.Cause, actual.Batch, actual.Step, actual.MicroBatches));
        Assert.Equal<IEnumerable<string>>(expected.Files, actual.Files);
        Assert.Equal("head.bias", actual.Gradient);
        Assert.Equal(Bytes(ofLoss), Bytes(ofGradient));

        static byte[] Bytes(RunFolder folder) => File.ReadAllBytes(Path.Combine(folder.Failure, "batch.safetensors"));
    }

    private static StepFailure Read(RunFolder folder)
    {
        string path = Path.Combine(folder.Failure, "failure.json");
        return RunJson.Read<StepFailure>(File.ReadAllText(path), path);
    }

    private RunFolder Fail(RegisteredModelAttribute registered, FailureCause cause, int culprit, bool fused)
    {
        using var model = (Classifier)registered.Create(new());
        HashFill.Fill(model);
        RunFolder folder = RunFolder.Create(_folder.File(cause.ToString()), "run", TimeProvider.System);
        TrainingOptions options = TinyTraining.Options with { GradientAccumulationSteps = 3, LearningRate = 1e-3, Fused = fused };
        var engine = new TrainingEngine(new FragileLearner(model, cause, rate: 0, (0, culprit)), options, new() { Folder = folder });
        var error = Assert.Throws<DeitException>(() => engine.Fit(Digits, default));
        Assert.Contains($"The batch: {Read(folder).FilesInShort}.", error.Message, StringComparison.Ordinal);
        return folder;
    }
}
