using Deit.Compiler.Training;
using Deit.Data;
using Deit.Operators;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>Training that multiplies matrices in bfloat16 is held against the reference path, which stays in float32.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class MixedPrecisionTests : IDisposable
{
    /// <summary>Half the distance from 1 to the next number of bfloat16, which has 8 significant bits: what a rounding is off by at most.</summary>
    private const double Roundoff = 1.0 / 256;

    private static readonly Dictionary<string, string[]> Specs = new()
    {
        ["vision transformer"] = ["base: deit_digits_distilled"],
        ["normalised queries"] = ["family: vision_transformer", "image_size: 16", "patch_size: 4", "embed_dim: 48", "depth: 2", "heads: 3", "classes: 10", "qk_norm: true", "pool: avg", "drop_path: 0.3"],
        ["dropout"] = ["base: deit_digits_distilled", "drop_path: 0.2", "drop_rate: 0.2", "pos_drop_rate: 0.2", "proj_drop_rate: 0.2"],
        ["regnet"] = ["family: regnet", "image_size: 32", "depths: [2, 2]", "widths: [32, 64]", "group_width: 16", "classes: 10"],
        ["efficientnet"] = ["base: efficientnet_b0", "image_size: 64", "width_multiplier: 0.25"],
        ["checkpointed"] = ["base: deit_digits_distilled", "checkpoint_every: 3"],
        ["whole batches"] = ["base: deit_digits_distilled", "drop_path: 0.5", "drop_path_mode: batch"],
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, double, string> Models
    {
        get
        {
            // A product rounds both operands and its result, and the norm that follows puts the error on the scale of what it
            // normalises: of n roundings that do not know of each other, at most about the root of n roundoffs is expected.
            var data = new TheoryData<string, double, string>();
            foreach (string device in new[] { "cpu", "cuda" })
            {
                data.Add("vision transformer", Math.Sqrt(3 * 4 * 6), device);
                data.Add("normalised queries", Math.Sqrt(3 * 4 * 2), device);
                data.Add("regnet", Math.Sqrt(3 * 5 * 4), device);
                data.Add("efficientnet", Math.Sqrt(3 * 4 * 16), device);
                data.Add("dropout", Math.Sqrt(3 * 4 * 6), device);
                data.Add("whole batches", Math.Sqrt(3 * 4 * 6), device);
                data.Add("checkpointed", Math.Sqrt(3 * 4 * 6), device);
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void Logits_and_gradients_are_those_of_float32_but_for_rounding(string name, double roundoffs, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = Mixed(name);
        using IVisionModel model = registered.Create();
        HashFill.Fill(model.Module);
        model.Module.to(device).train();
        Tensor images = HashFill.Images(16, registered.Description.Input[1], registered.Description.Input[2]).to(device);

        using (manual_seed(5)) { }
        (Tensor[] expected, Tensor gradient) = Reference(model, images);
        model.Module.zero_grad();
        using (manual_seed(5)) { }
        using TrainingTape tape = Forward(model, images);
        Backward(tape.Logits);
        tape.Backward();

        for (int head = 0; head < expected.Length; head++)
        {
            Assert.Equal(ScalarType.Float32, tape.Logits[head].dtype);
            double error = Norm(tape.Logits[head].detach() - expected[head]) / Norm(expected[head]);
            Assert.True(error <= roundoffs * Roundoff, FormattableString.Invariant($"logits {head} are off by {error / Roundoff:F1} roundoffs, {roundoffs:F1} are allowed"));
            Assert.True(error > 0, "nothing was rounded");
        }

        Tensor mixed = Gradient(model);
        double similarity = (gradient * mixed).sum().item<double>() / (Norm(gradient) * Norm(mixed));
        Assert.True(similarity > 0.99, FormattableString.Invariant($"the gradients' cosine is {similarity:F4}"));
        Assert.InRange(Norm(mixed) / Norm(gradient), 0.95, 1.05);
        Assert.All(model.Module.parameters(), static parameter => Assert.Equal((ScalarType.Float32, ScalarType.Float32), (parameter.dtype, parameter.grad!.dtype)));
    }

    [Theory]
    [InlineData("vision transformer", new[] { "FlashAttention", "LeadingAttention", "Linear" })]
    [InlineData("normalised queries", new[] { "AttentionByHead", "Linear" })]
    [InlineData("regnet", new[] { "Convolution", "Linear" })]
    [InlineData("efficientnet", new[] { "Linear" })]
    public void The_description_says_what_is_in_bfloat16_and_how_much_memory_a_step_takes(string name, string[] kernels)
    {
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = Mixed(name);
        RegisteredModelAttribute full = SpecModel.Compile(_folder, Specs[name]);
        using IVisionModel model = registered.Create();
        using FusedStep step = TrainingSteps.Create(model, batch: 3);

        Assert.Equal(kernels, registered.Description.TrainingPlan!.BFloat16);
        Assert.Empty(full.Description.TrainingPlan!.BFloat16);
        Assert.Equal(step.Memory.Arena.numel() * sizeof(float), registered.Description.TrainingBytes(3));
        Assert.True(registered.Description.TrainingPlan.ElementsPerImage < full.Description.TrainingPlan.ElementsPerImage);
    }

    [Fact]
    public void Two_elements_of_bfloat16_take_the_memory_of_one()
    {
        var shape = new MatrixShape(3, 5, PerImage: true);

        Assert.Equal(15, new Slot("full", SlotKind.Intermediate, shape).ArenaElements);
        Assert.Equal(8, new Slot("half", SlotKind.Intermediate, shape) { IsHalf = true }.ArenaElements);
    }

    [Fact]
    public void Training_reaches_what_it_reaches_in_float32()
    {
        bool isLong = Environment.GetEnvironmentVariable("DEIT_LONG") == "1";
        string[] keys = ["family: vision_transformer", "image_size: 8", "patch_size: 4", "embed_dim: 48", "depth: 2", "heads: 3", "classes: 10"];
        TrainingOptions options = TinyTraining.Plain with { Epochs = isLong ? 60 : 12, BatchSize = 64, LearningRate = 4e-3 };

        EpochMetrics full = Train(SpecModel.Compile(_folder, keys), options);
        EpochMetrics mixed = Train(SpecModel.Compile(_folder, [.. keys, "precision: bf16"]), options);

        // Of some 360 images that judge: at 0.9, a share of them has a standard deviation of 0.016.
        Assert.InRange(full.Top1, isLong ? 0.93 : 0.8, 1);
        Assert.InRange(mixed.Top1, full.Top1 - 0.05, full.Top1 + 0.05);
        Assert.InRange(mixed.TrainLoss / full.TrainLoss, 0.8, 1.25);
    }

    public void Dispose() => _folder.Dispose();

    private RegisteredModelAttribute Mixed(string name) => SpecModel.Compile(_folder, [.. Specs[name], "precision: bf16"]);

    private static EpochMetrics Train(RegisteredModelAttribute registered, TrainingOptions options)
    {
        using Generator generator = manual_seed(5);
        using IVisionModel model = registered.Create();
        DataSplits digits = TinyTraining.Digits;
        return new TrainingEngine(Learner.For(model, teacher: null, new()), options, new()).Fit(digits, default).Last;
    }

    private static (Tensor[] Logits, Tensor Gradient) Reference(IVisionModel model, Tensor images)
    {
        Tensor[] logits = model is Classifier classifier ? [classifier.call(images)] : Both(((DistilledClassifier)model).call(images));
        Backward(logits);
        return ([.. logits.Select(static head => head.detach())], Gradient(model));

        static Tensor[] Both(DistilledLogits logits) => [logits.Class, logits.Distillation];
    }

    private static TrainingTape Forward(IVisionModel model, Tensor images) => model is Classifier classifier
        ? classifier.ForwardTraining(images, out _)
        : ((DistilledClassifier)model).ForwardTraining(images, out _);

    private static void Backward(IReadOnlyList<Tensor> logits)
    {
        Tensor loss = zeros([], dtype: ScalarType.Float32, device: logits[0].device);
        foreach (Tensor head in logits)
        {
            Tensor labels = arange(head.shape[0], dtype: ScalarType.Int64, device: head.device).remainder(head.shape[1]);
            loss = loss + nn.functional.cross_entropy(head, labels);
        }

        loss.backward();
    }

    private static Tensor Gradient(IVisionModel model) =>
        cat([.. model.Module.parameters().Select(static parameter => parameter.grad!.to(ScalarType.Float64).flatten())]).clone();

    private static double Norm(Tensor tensor) => tensor.to(ScalarType.Float64).norm().item<double>();
}
