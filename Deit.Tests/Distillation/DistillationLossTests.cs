using System.Text.Json;
using Deit.Distillation;
using Deit.Losses;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Distillation;

public sealed class DistillationLossTests
{
    private static readonly JsonElement Reference = ReferenceFile.Read("recipe/losses.json");

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            for (int index = 0; index < Reference.GetProperty("cases").GetArrayLength(); index++)
            {
                cases.Add(index, "cpu");
                cases.Add(index, "cuda");
            }

            return cases;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradients_equal_the_reference(int index, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Reference.GetProperty("cases")[index];
        var options = new DistillationOptions
        {
            Type = Enum.Parse<DistillationType>(expected.GetProperty("type").GetString()!, ignoreCase: true),
            Alpha = expected.GetProperty("alpha").GetDouble(),
            Tau = expected.GetProperty("tau").GetDouble(),
        };
        Tensor student = Reference.GetProperty("student").ToTensor(device).requires_grad_();
        Tensor distillation = Reference.GetProperty("student_distillation").ToTensor(device).requires_grad_();
        Tensor teacher = Reference.GetProperty("teacher").ToTensor(device);

        Tensor baseLoss = CrossEntropy.SoftTargets(student, Reference.GetProperty("soft_targets").ToTensor(device));
        Tensor loss = DistillationLoss.Compute(options, baseLoss, distillation, teacher);
        loss.backward();

        Tensors.AssertClose([expected.GetProperty("loss").GetDouble()], loss.Values(), 5e-7);
        Tensors.AssertClose(expected.GetProperty("grad_student").Doubles(), student.grad!.Values(), 1e-6);
        if (expected.GetProperty("grad_distillation") is { ValueKind: JsonValueKind.Array } gradient)
        {
            Tensors.AssertClose(gradient.Doubles(), distillation.grad!.Values(), 1e-6);
        }
        else
        {
            Assert.Null(distillation.grad);
        }
    }

    [Fact]
    public void The_reference_has_the_twelve_cases_of_type_tau_and_alpha() =>
        Assert.Equal(12, Reference.GetProperty("cases").GetArrayLength());

    [Theory]
    [InlineData(DistillationType.Soft)]
    [InlineData(DistillationType.Hard)]
    public void The_teacher_learns_nothing(DistillationType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor student = Reference.GetProperty("student_distillation").ToTensor(CPU).requires_grad_();
        Tensor teacher = Reference.GetProperty("teacher").ToTensor(CPU).requires_grad_();

        DistillationLoss.Compute(new() { Type = type }, zeros([], device: CPU), student, teacher).backward();

        Assert.NotNull(student.grad);
        Assert.Null(teacher.grad);
    }

    [Fact]
    public void A_student_that_agrees_with_its_teacher_has_no_soft_loss()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor teacher = Reference.GetProperty("teacher").ToTensor(CPU, ScalarType.Float64);

        // A constant added to all logits of an image is the same distribution.
        Tensor loss = DistillationLoss.Compute(
            new() { Type = DistillationType.Soft, Alpha = 1, Tau = 2 }, zeros([], device: CPU), teacher + 3, teacher);

        Assert.Equal(0, loss.Values()[0], 1e-14);
    }

    [Fact]
    public void Logits_of_different_shapes_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = zeros([], device: CPU);

        Assert.Throws<ArgumentException>(() => DistillationLoss.Compute(
            new() { Type = DistillationType.Soft }, loss, zeros([2, 5], device: CPU), zeros([1, 5], device: CPU)));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.Equal(
            "Distillation alpha is 1.5; it must be from 0 to 1.",
            Assert.Throws<DeitException>(() => new DistillationOptions { Alpha = 1.5 }).Message);
        Assert.Equal(
            "Distillation tau is 0; it must be greater than 0.",
            Assert.Throws<DeitException>(() => new DistillationOptions { Tau = 0 }).Message);
        Assert.Throws<DeitException>(() => new DistillationOptions { Tau = double.NaN });
        Assert.Throws<DeitException>(() => new DistillationOptions { Type = (DistillationType)7 });
    }

    [Theory]
    [InlineData(DistillationType.None)]
    [InlineData(DistillationType.Soft)]
    [InlineData(DistillationType.Hard)]
    public void The_loss_leaves_nothing_but_itself(DistillationType type)
    {
        using Tensor loss = ones([], device: CPU);
        using Tensor student = zeros([2, 3], device: CPU);
        using Tensor teacher = ones([2, 3], device: CPU);

        Assert.Equal(0, Tensors.LeftBehind(() => DistillationLoss.Compute(new() { Type = type }, loss, student, teacher).Dispose()));
    }
}
