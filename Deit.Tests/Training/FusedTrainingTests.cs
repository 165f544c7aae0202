using Deit.Models;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>The generated training code gives the logits and every gradient of the reference path and autograd.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class FusedTrainingTests
{
    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    public static TheoryData<string, int, double, string> Models
    {
        get
        {
            var data = new TheoryData<string, int, double, string>();
            foreach (string name in new[] { "deit_digits_distilled", "deit_cifar10_distilled", "regnety_digits", "regnety_cifar10", "hybrid_cifar10" })
            {
                foreach (double dropPath in new[] { 0, 0.5 })
                {
                    data.Add(name, 5, dropPath, "cpu");
                    data.Add(name, 5, dropPath, "cuda");
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void In_float64_fused_training_is_exact(string name, int batch, double dropPath, string device) =>
        AssertEqual(name, batch, dropPath, Devices.Require(device), ScalarType.Float64, 1e-9);

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void In_float32_fused_training_differs_by_rounding(string name, int batch, double dropPath, string device) =>
        AssertEqual(name, batch, dropPath, Devices.Require(device), ScalarType.Float32, 1e-5);

    public static TheoryData<string, string> Published
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (ModelDescription model in Zoo.Models.Select(static model => model.Description).Where(static model => model.PublishedWeights.Length > 0))
            {
                data.Add(model.Name, "cpu");
                data.Add(model.Name, "cuda");
            }

            return data;
        }
    }

    /// <summary>In float64: in float32, a ReLU's input beside zero may fall on either side.</summary>
    [SkippableTheory]
    [MemberData(nameof(Published))]
    public void Every_model_of_the_zoo_trains_alike_on_both_paths(string name, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        bool isAlwaysRun = name is "deit_tiny_distilled_patch16_224" or "deit3_small_patch16_224" or "regnetx_002" or "regnety_002" or "efficientnet_b0";
        Skip.IfNot(isAlwaysRun || Environment.GetEnvironmentVariable("DEIT_LONG") == "1", "It takes long: run it with DEIT_LONG=1.");
        AssertEqual(name, 2, 0, device, ScalarType.Float64, 1e-9);
    }

    [Fact]
    public void A_value_that_is_both_outputs_has_the_gradients_of_both()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        RegisteredModelAttribute registered = SpecModel.Compile(
            folder, "family: graph", "image_size: 8", "classes: 5", "distillation_output: x", "steps:",
            "  - {op: conv2d, name: stem, out: 8, kernel: 3}", "  - {op: global_average_pool}", "  - {op: linear, name: head, out: 5}");
        using IVisionModel model = registered.Create();
        HashFill.Fill(model.Module);
        model.Module.to(ScalarType.Float64);

        FusedAgreement.Assert(model, HashFill.Images(3, 8, 8).to(ScalarType.Float64), 1e-9);
    }

    [Fact]
    public void Images_of_another_size_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new RegNetYDigits();
        DeitException exception = Assert.Throws<DeitException>(() => model.ForwardTraining(zeros([2, 3, 40, 40], device: CPU), out _));
        Assert.Contains("takes images (batch, 3, 32, 32), not (2, 3, 40, 40)", exception.Message, StringComparison.Ordinal);
    }

    private static void AssertEqual(string name, int batch, double dropPath, Device device, ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = Zoo.Find(name);
        using IVisionModel model = registered.Create(new() { DropPath = dropPath });
        HashFill.Fill(model.Module);
        model.Module.to(device).to(type).train();
        Tensor images = HashFill.Images(batch, registered.Description.Input[1], registered.Description.Input[2]).to(device).to(type);
        FusedAgreement.Assert(model, images, tolerance);
    }
}
