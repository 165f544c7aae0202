using System.Text.Json;
using Deit.Losses;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Losses;

public sealed class LossTests
{
    private static readonly JsonElement Reference = ReferenceFile.Read("recipe/losses.json");

    public static TheoryData<string, string> Losses => new()
    {
        { "cross_entropy", "cpu" },
        { "cross_entropy", "cuda" },
        { "label_smoothing_0.1", "cpu" },
        { "label_smoothing_0.1", "cuda" },
        { "soft_target", "cpu" },
        { "soft_target", "cuda" },
        { "bce_soft", "cpu" },
        { "bce_soft", "cuda" },
    };

    [SkippableTheory]
    [MemberData(nameof(Losses))]
    public void A_loss_equals_the_reference(string name, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Reference.GetProperty("student").ToTensor(device);
        Tensor labels = Reference.GetProperty("labels").ToTensor(device, ScalarType.Int64);
        Tensor targets = Reference.GetProperty("soft_targets").ToTensor(device);

        Tensor loss = name switch
        {
            "cross_entropy" => CrossEntropy.Labels(logits, labels),
            "label_smoothing_0.1" => CrossEntropy.LabelSmoothing(logits, labels, 0.1),
            "soft_target" => CrossEntropy.SoftTargets(logits, targets),
            _ => BinaryCrossEntropy.SoftTargets(logits, targets),
        };

        Tensors.AssertClose([Reference.GetProperty(name).GetDouble()], loss.Values(), 5e-7);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Label_smoothing_is_cross_entropy_with_smoothed_targets(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Reference.GetProperty("student").ToTensor(device);
        Tensor labels = Reference.GetProperty("labels").ToTensor(device, ScalarType.Int64);

        Tensor smoothed = CrossEntropy.LabelSmoothing(logits, labels, 0.3);
        Tensor explicitly = CrossEntropy.SoftTargets(logits, SoftTargets.FromLabels(labels, 5, 0.3));

        Tensors.AssertClose(smoothed.Values(), explicitly.Values(), 5e-7);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Smoothing_takes_from_the_label_and_gives_to_every_class(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();

        Tensor targets = SoftTargets.FromLabels(tensor([2L, 0L], device: device), 4, 0.2);

        Assert.Equal([2, 4], targets.shape);
        Tensors.AssertClose([0.05, 0.05, 0.85, 0.05, 0.85, 0.05, 0.05, 0.05], targets.Values(), 1e-7);
    }

    [Fact]
    public void The_gradient_of_soft_cross_entropy_is_softmax_minus_targets()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Reference.GetProperty("student").ToTensor(CPU, ScalarType.Float64).requires_grad_();
        Tensor targets = SoftTargets.FromLabels(tensor([0L, 2L, 1L, 4L], device: CPU), 5, 0).to(ScalarType.Float64);

        CrossEntropy.SoftTargets(logits, targets).backward();

        Tensors.AssertClose(((logits.softmax(1) - targets) / 4).Values(), logits.grad!.Values(), 1e-14);
    }

    [Fact]
    public void Targets_of_another_shape_are_refused_instead_of_broadcast()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = zeros([4, 5], device: CPU);
        Tensor targets = zeros([1, 5], device: CPU);

        var exception = Assert.Throws<ArgumentException>(() => CrossEntropy.SoftTargets(logits, targets));
        Assert.Throws<ArgumentException>(() => BinaryCrossEntropy.SoftTargets(logits, targets));

        Assert.Contains("The targets have shape (1, 5), the logits (4, 5).", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Smoothing_outside_zero_to_one_is_refused(double smoothing)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor labels = tensor([1L], device: CPU);

        Assert.Throws<DeitException>(() => SoftTargets.FromLabels(labels, 3, smoothing));
        Assert.Throws<DeitException>(() => CrossEntropy.LabelSmoothing(zeros([1, 3], device: CPU), labels, smoothing));
    }

    [Fact]
    public void A_loss_leaves_nothing_but_itself()
    {
        using Tensor logits = zeros([2, 3], device: CPU);
        using Tensor labels = tensor([1L, 2L], device: CPU);

        long left = Tensors.LeftBehind(() =>
        {
            using Tensor targets = SoftTargets.FromLabels(labels, 3, 0.1);
            using Tensor soft = CrossEntropy.SoftTargets(logits, targets);
            using Tensor binary = BinaryCrossEntropy.SoftTargets(logits, targets);
        });

        Assert.Equal(0, left);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void The_binary_loss_takes_every_target_above_its_threshold_for_one(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new[] { 1.5f, -2, 0.3f }, device: device).view(1, 3);
        Tensor mixed = tensor(new[] { 0.7f, 0.3f, 0 }, device: device).view(1, 3);

        double there = new LossOptions { Type = LossType.Bce }.Compute(logits, mixed).item<float>();
        double half = new LossOptions { Type = LossType.Bce, BceThreshold = 0.5 }.Compute(logits, mixed).item<float>();

        static double Softplus(double x) => Math.Log(1 + Math.Exp(x));
        Assert.Equal((Softplus(-1.5) + Softplus(2) + Softplus(0.3)) / 3, there, 1e-6);
        Assert.Equal((Softplus(-1.5) + Softplus(-2) + Softplus(0.3)) / 3, half, 1e-6);
        Assert.Equal(CrossEntropy.SoftTargets(logits, mixed).item<float>(), new LossOptions().Compute(logits, mixed).item<float>());
        Assert.Throws<DeitException>(() => new LossOptions { BceThreshold = 1 });
    }
}
