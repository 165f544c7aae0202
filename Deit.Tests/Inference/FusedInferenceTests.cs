using Deit.Models;
using Deit.Operators;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Inference;

/// <summary>Generated inference gives what the readable forward pass gives in evaluation, by the weights that the model has now.</summary>
public sealed class FusedInferenceTests
{
    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    public static TheoryData<string, int, string> Small
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (string name in new[] { "deit_digits_distilled", "deit_cifar10_distilled", "regnety_digits", "regnety_cifar10", "hybrid_cifar10" })
            {
                foreach (int batch in new[] { 1, 5 })
                {
                    data.Add(name, batch, "cpu");
                    data.Add(name, batch, "cuda");
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Small))]
    public void In_float64_it_is_exact(string name, int batch, string device) => AssertEqual(name, batch, Devices.Require(device), ScalarType.Float64, 1e-10);

    [SkippableTheory]
    [MemberData(nameof(Small))]
    public void In_float32_it_differs_by_rounding(string name, int batch, string device) => AssertEqual(name, batch, Devices.Require(device), ScalarType.Float32, 1e-5);

    public static TheoryData<string> Published => [.. Zoo.Models.Select(static model => model.Description).Where(static model => model.PublishedWeights.Length > 0).Select(static model => model.Name)];

    [SkippableTheory]
    [MemberData(nameof(Published))]
    public void Every_model_of_the_zoo_infers_as_it_computes(string name)
    {
        bool isAlwaysRun = name is "deit_tiny_distilled_patch16_224" or "deit3_small_patch16_224" or "regnetx_002" or "regnety_002" or "efficientnet_b0";
        Skip.IfNot(isAlwaysRun || Environment.GetEnvironmentVariable("DEIT_LONG") == "1", "It takes long: run it with DEIT_LONG=1.");
        AssertEqual(name, 2, CPU, ScalarType.Float32, 1e-5);
    }

    [Fact]
    public void Weights_that_were_trained_are_the_ones_that_infer()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new RegNetYDigits();
        HashFill.Fill(model);
        model.eval();
        Tensor images = HashFill.Images(2, 32, 32);
        using Tensor before = model.Infer(images);
        using (no_grad())
        {
            foreach (TorchSharp.Modules.Parameter parameter in model.parameters()) parameter.mul_(1.01);
        }

        using Tensor after = model.Infer(images);
        Assert.False(after.allclose(before));
        InferenceAgreement.Assert(model, images, 1e-5);
    }

    [Fact]
    public void Images_of_another_size_are_answered_by_the_readable_forward_pass()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new RegNetYDigits();
        HashFill.Fill(model);
        model.train();
        Tensor images = HashFill.Images(2, 40, 40);
        Tensor inferred = model.Infer(images);
        Assert.True(model.training);
        Assert.False(inferred.requires_grad);
        model.eval();
        Assert.Equal(0, (inferred - model.call(images)).abs().max().item<float>());
    }

    [Fact]
    public void A_model_that_was_moved_to_another_type_infers_in_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new DeitDigitsDistilled();
        HashFill.Fill(model);
        Tensor images = HashFill.Images(2, 32, 32);
        Assert.Equal(ScalarType.Float32, model.Infer(images).dtype);
        model.to(ScalarType.Float64);
        Assert.Equal(ScalarType.Float64, model.Infer(images.to(ScalarType.Float64)).dtype);
        InferenceAgreement.Assert(model, images.to(ScalarType.Float64), 1e-10);
    }

    private static void AssertEqual(string name, int batch, Device device, ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = Zoo.Find(name);
        using IVisionModel model = registered.Create();
        HashFill.Fill(model.Module);
        model.Module.to(device).to(type);
        Tensor images = HashFill.Images(batch, registered.Description.Input[1], registered.Description.Input[2]).to(device).to(type);
        InferenceAgreement.Assert(model, images, tolerance);
    }
}
