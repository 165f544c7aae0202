using Deit.Models;
using Deit.Operators;
using Deit.Tests.Generators;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>What a model's description says of the memory of a training step is what the step takes.</summary>
public sealed class TrainingPlanTests
{
    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    [Theory]
    [InlineData("deit_digits_distilled", 32)]
    [InlineData("deit_cifar10_distilled", 1)]
    [InlineData("deit_tiny_distilled_patch16_224", 3)]
    [InlineData("regnety_digits", 5)]
    [InlineData("regnety_002", 2)]
    [InlineData("hybrid_cifar10", 7)]
    public void The_arena_has_the_bytes_that_were_planned(string name, int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        RegisteredModelAttribute registered = Zoo.Find(name);
        using IVisionModel model = registered.Create();
        using FusedStep step = TrainingSteps.Create(model, batch);

        Assert.Equal(step.Memory.Arena.numel() * sizeof(float), registered.Description.TrainingBytes(batch));
    }

    [Theory]
    [InlineData("family: vision_transformer\nembed_dim: 24\ndepth: 5\nheads: 2\nimage_size: 32\npatch_size: 8", 2)]
    [InlineData("family: regnet\nimage_size: 48\nstem_width: 8\ngroup_width: 8\ndepths: [1, 2, 3]\nwidths: [16, 24, 32]", 1)]
    public void With_checkpoints_it_does_too_and_they_are_fewer(string keys, int every)
    {
        const int Batch = 3;
        using RunningModel whole = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml($"name: model\n{keys}\n")));
        using RunningModel thrifty = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml($"name: model\n{keys}\ncheckpoint_every: {every}\n")));
        using FusedStep step = TrainingSteps.Create(thrifty.Model, Batch);

        Assert.Equal(step.Memory.Arena.numel() * sizeof(float), thrifty.Description.TrainingBytes(Batch));
        Assert.True(thrifty.Description.TrainingBytes(Batch) < whole.Description.TrainingBytes(Batch));
    }

    [Fact]
    public void More_images_take_more_bytes()
    {
        ModelDescription description = DeitDigitsDistilled.Description;

        Assert.Equal(
            description.TrainingBytes(3) - description.TrainingBytes(2),
            description.TrainingBytes(2) - description.TrainingBytes(1));
        Assert.True(description.TrainingBytes(2) > description.TrainingBytes(1));
    }
}
