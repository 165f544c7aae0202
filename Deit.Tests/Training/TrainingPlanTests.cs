using Deit.Models;
using Deit.Operators;
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
