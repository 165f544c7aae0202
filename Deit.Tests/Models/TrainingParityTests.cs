using System.Text.Json;
using Deit.Distillation;
using Deit.Losses;
using Deit.Models;
using Deit.Operators;
using Deit.Optimization;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Models;

/// <summary>A training step agrees with timm and PyTorch: loss, every gradient, weight decay groups, AdamW, running statistics.</summary>
public sealed class TrainingParityTests
{
    private const double LearningRate = 1e-3;
    private const double WeightDecay = 0.05;

    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    public static TheoryData<string, string, bool> SingleSteps
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (string name in new[] { "deit_tiny_patch16_224", "deit_tiny_distilled_patch16_224", "regnety_002", "efficientnet_b0" })
            {
                foreach (string device in new[] { "cpu", "cuda" })
                {
                    data.Add(name, device, false);
                    data.Add(name, device, true);
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(SingleSteps))]
    public void A_step_agrees_with_the_reference(string name, string deviceName, bool fused)
    {
        Device device = Devices.Require(deviceName);
        JsonElement reference = ReferenceFile.Read($"training/train_{name}.json");
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using IVisionModel model = Ready(Sized(name, reference, folder), device);

        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model.Module, WeightDecay);
        Assert.Equal(Names(reference, "no_weight_decay"), groups.Single(static group => group.WeightDecay == 0).Parameters.Select(static parameter => parameter.Name).Order());

        using var descent = Descent.For(model, new() { WeightDecay = WeightDecay }, average: null, fused);
        using Lesson lesson = Learn(reference, model, device, fused);
        lesson.Backward();

        Golden.AssertLoss(reference.GetProperty("loss").GetDouble(), lesson.Loss.cpu().item<float>(), "loss");
        AssertGradients(reference, model);
        Assert.True(descent.TryStep(LearningRate));
        Dictionary<string, Tensor> state = model.Module.state_dict();
        foreach (JsonProperty parameter in reference.GetProperty("after_adamw").EnumerateObject())
        {
            Golden.AssertAfterAdamW(parameter.Value, state[parameter.Name].cpu(), parameter.Name);
        }

        if (!reference.TryGetProperty("running_stats_after_step", out JsonElement statistics)) return;
        foreach (JsonProperty statistic in statistics.EnumerateObject())
        {
            Golden.AssertRunningStatistics(statistic.Value, state[statistic.Name].cpu(), statistic.Name);
        }
    }

    [SkippableTheory]
    [InlineData("cpu", false)]
    [InlineData("cpu", true)]
    [InlineData("cuda", false)]
    [InlineData("cuda", true)]
    public void Three_steps_agree_with_the_reference(string deviceName, bool fused)
    {
        Device device = Devices.Require(deviceName);
        JsonElement reference = ReferenceFile.Read("training/train_deit_tiny_patch16_224_3steps.json");
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Ready(Zoo.Find("deit_tiny_patch16_224"), device);
        using var descent = Descent.For(model, new() { WeightDecay = WeightDecay }, average: null, fused);

        for (int step = 0; step < 3; step++)
        {
            descent.ZeroGradients();
            using Lesson lesson = Learn(reference, model, device, fused);
            Golden.AssertRelative(reference.GetProperty("loss")[step].GetDouble(), lesson.Loss.cpu().item<float>(), 2e-5, $"loss before step {step + 1}");
            lesson.Backward();
            Assert.True(descent.TryStep(LearningRate));

            foreach (JsonProperty parameter in reference.GetProperty("l2_after_step").EnumerateObject())
            {
                // The gradient of the keys' bias is zero but for rounding, which AdamW turns into whole steps.
                double tolerance = parameter.Name.EndsWith("attn.qkv.bias", StringComparison.Ordinal) ? 1e-3 : 2e-5;
                double norm = Norm(model.Module.state_dict()[parameter.Name]);
                Golden.AssertRelative(parameter.Value[step].GetDouble(), norm, tolerance, $"{parameter.Name} after step {step + 1}");
            }
        }
    }

    /// <summary>The model for images of the reference's size: generated training code is made for one.</summary>
    private static RegisteredModelAttribute Sized(string name, JsonElement reference, TemporaryFolder folder)
    {
        RegisteredModelAttribute registered = Zoo.Find(name);
        int size = reference.GetProperty("input")[2].GetInt32();
        return size == registered.Description.Input[1] ? registered : SpecModel.Compile(folder, $"base: {name}", $"image_size: {size}");
    }

    private static IVisionModel Ready(RegisteredModelAttribute registered, Device device)
    {
        // The reference has neither dropout nor stochastic depth.
        IVisionModel model = registered.Create(new() { DropPath = 0 });
        HashFill.Fill(model.Module);
        model.Module.to(device).train();
        return model;
    }

    private static Lesson Learn(JsonElement reference, IVisionModel model, Device device, bool fused)
    {
        long[] input = [.. reference.GetProperty("input").EnumerateArray().Select(static extent => extent.GetInt64())];
        Tensor images = HashFill.Images((int)input[0], (int)input[2], (int)input[3]).to(device);
        Tensor labels = Labels(reference, "labels", device);
        TrainingTape? tape = null;
        if (model is Classifier classifier)
        {
            Tensor ofLabels;
            if (fused) tape = classifier.ForwardTraining(images, out ofLabels);
            else ofLabels = classifier.call(images);
            return new(CrossEntropy.Labels(ofLabels, labels), ofLabels, tape);
        }

        var student = (DistilledClassifier)model;
        DistilledLogits logits;
        if (fused) tape = student.ForwardTraining(images, out logits);
        else logits = student.call(images);
        Tensor teacher = nn.functional.one_hot(Labels(reference, "teacher_labels", device), logits.Distillation.shape[1]).to(ScalarType.Float32);
        var hard = new DistillationOptions { Type = DistillationType.Hard, Alpha = 0.5 };
        return new(DistillationLoss.Compute(hard, CrossEntropy.Labels(logits.Class, labels), logits.Distillation, teacher), logits.Class, tape);
    }

    private static Tensor Labels(JsonElement reference, string key, Device device) =>
        tensor([.. reference.GetProperty(key).EnumerateArray().Select(static label => label.GetInt64())], dtype: ScalarType.Int64, device: device);

    private static void AssertGradients(JsonElement reference, IVisionModel model)
    {
        Dictionary<string, Tensor> gradients = model.Module.named_parameters().ToDictionary(static pair => pair.name, static pair => pair.parameter.grad!.cpu());
        foreach (JsonProperty gradient in reference.GetProperty("grads").EnumerateObject())
        {
            Golden.AssertGradient(gradient.Value, gradients[gradient.Name], gradient.Name);
        }

        HashSet<string> zero = [.. Names(reference, "zero_gradients")];
        foreach (JsonProperty norm in reference.GetProperty("all_grad_l2").EnumerateObject().Where(norm => !zero.Contains(norm.Name)))
        {
            Golden.AssertRelative(norm.Value.GetDouble(), Norm(gradients[norm.Name]), 1e-4, $"gradient of {norm.Name}");
        }
    }

    // In float32 the sum of hundreds of thousands of squares would be off by more than the gradients may be.
    private static double Norm(Tensor tensor) => tensor.cpu().to(ScalarType.Float64).norm().item<double>();

    private static IEnumerable<string> Names(JsonElement reference, string key) =>
        reference.GetProperty(key).EnumerateArray().Select(static name => name.GetString()!).Order();
}
