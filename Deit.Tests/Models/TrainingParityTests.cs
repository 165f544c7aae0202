using System.Text.Json;
using Deit.Distillation;
using Deit.Losses;
using Deit.Models;
using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Models;

/// <summary>A training step agrees with timm and PyTorch: loss, every gradient, weight decay groups, AdamW, running statistics.</summary>
public sealed class TrainingParityTests
{
    private const double LearningRate = 1e-3;
    private const double WeightDecay = 0.05;

    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    public static TheoryData<string, string> SingleSteps => new()
    {
        { "deit_tiny_patch16_224", "cpu" },
        { "deit_tiny_distilled_patch16_224", "cpu" },
        { "regnety_002", "cpu" },
        { "efficientnet_b0", "cpu" },
        { "deit_tiny_patch16_224", "cuda" },
        { "deit_tiny_distilled_patch16_224", "cuda" },
        { "regnety_002", "cuda" },
        { "efficientnet_b0", "cuda" },
    };

    [SkippableTheory]
    [MemberData(nameof(SingleSteps))]
    public void A_step_agrees_with_the_reference(string name, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        JsonElement reference = ReferenceFile.Read($"training/train_{name}.json");
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Ready(name, device);

        IReadOnlyList<ParameterGroup> groups = WeightDecayGroups.Create(model.Module, WeightDecay);
        Assert.Equal(Names(reference, "no_weight_decay"), groups.Single(static group => group.WeightDecay == 0).Parameters.Select(static parameter => parameter.Name).Order());

        using var optimizer = new Deit.Optimization.AdamW(groups, new());
        Tensor loss = Loss(reference, model, device);
        loss.backward();

        Golden.AssertLoss(reference.GetProperty("loss").GetDouble(), loss.cpu().item<float>(), "loss");
        AssertGradients(reference, model);
        optimizer.Step(LearningRate);
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
    [InlineData("cpu")]
    [InlineData("cuda")]
    public void Three_steps_agree_with_the_reference(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        JsonElement reference = ReferenceFile.Read("training/train_deit_tiny_patch16_224_3steps.json");
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Ready("deit_tiny_patch16_224", device);
        using var optimizer = new Deit.Optimization.AdamW(WeightDecayGroups.Create(model.Module, WeightDecay), new());

        for (int step = 0; step < 3; step++)
        {
            optimizer.ZeroGradients();
            Tensor loss = Loss(reference, model, device);
            Golden.AssertRelative(reference.GetProperty("loss")[step].GetDouble(), loss.cpu().item<float>(), 2e-5, $"loss before step {step + 1}");
            loss.backward();
            optimizer.Step(LearningRate);

            foreach (JsonProperty parameter in reference.GetProperty("l2_after_step").EnumerateObject())
            {
                // The gradient of the keys' bias is zero but for rounding, which AdamW turns into whole steps.
                double tolerance = parameter.Name.EndsWith("attn.qkv.bias", StringComparison.Ordinal) ? 1e-3 : 2e-5;
                double norm = Norm(model.Module.state_dict()[parameter.Name]);
                Golden.AssertRelative(parameter.Value[step].GetDouble(), norm, tolerance, $"{parameter.Name} after step {step + 1}");
            }
        }
    }

    private static IVisionModel Ready(string name, Device device)
    {
        // The reference has neither dropout nor stochastic depth.
        IVisionModel model = Zoo.Find(name).Create(new() { DropPath = 0 });
        HashFill.Fill(model.Module);
        model.Module.to(device).train();
        return model;
    }

    private static Tensor Loss(JsonElement reference, IVisionModel model, Device device)
    {
        long[] input = [.. reference.GetProperty("input").EnumerateArray().Select(static extent => extent.GetInt64())];
        Tensor images = HashFill.Images((int)input[0], (int)input[2], (int)input[3]).to(device);
        Tensor labels = Labels(reference, "labels", device);
        if (model is Classifier classifier) return CrossEntropy.Labels(classifier.call(images), labels);

        DistilledLogits logits = ((DistilledClassifier)model).call(images);
        Tensor teacher = nn.functional.one_hot(Labels(reference, "teacher_labels", device), logits.Distillation.shape[1]).to(ScalarType.Float32);
        var hard = new DistillationOptions { Type = DistillationType.Hard, Alpha = 0.5 };
        return DistillationLoss.Compute(hard, CrossEntropy.Labels(logits.Class, labels), logits.Distillation, teacher);
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
