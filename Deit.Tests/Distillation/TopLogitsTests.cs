using Deit.Distillation;
using Deit.Distillation.Cache;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Distillation;

/// <summary>What a student gets to know of a teacher's logits, in memory and in a file.</summary>
public sealed class TopLogitsTests
{
    private const int Batch = 5;

    public static TheoryData<DistillationType, int, int, int, string> Answers => Devices.With(
        (DistillationType.Hard, 10, 0, 1 * Batch),
        (DistillationType.Hard, 256, 0, 1 * Batch),
        (DistillationType.Hard, 257, 0, 2 * Batch),
        (DistillationType.Hard, 65_537, 0, 4 * Batch),
        (DistillationType.Soft, 10, 0, 40 * Batch),
        (DistillationType.Soft, 10, 10, 40 * Batch),
        (DistillationType.Soft, 10, 3, (12 + 4 + 3) * Batch),
        (DistillationType.Soft, 300, 2, (8 + 4 + 4) * Batch));

    [SkippableTheory]
    [MemberData(nameof(Answers))]
    public void What_is_read_is_what_the_teacher_would_have_answered_to_the_bit(DistillationType type, int classes, int topK, int length, string device)
    {
        Device there = Devices.Require(device);
        using DisposeScope scope = NewDisposeScope();
        var options = new DistillationOptions { Type = type, TopK = topK };
        var layout = new AnswerLayout(options, classes, Batch);
        Tensor logits = (Values("logits", Batch, classes) * 8).to(there);
        logits[0, classes - 1] = 100;
        var bytes = new byte[layout.Length];

        layout.Write(logits, bytes);

        Assert.Equal(length, layout.Length);
        TensorAssert.Identical(TeacherAnswer.Of(options, logits), layout.Read(bytes)!);
    }

    [Fact]
    public void Of_the_greatest_the_probability_is_the_teachers_and_the_others_share_the_rest_evenly()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new double[,] { { 1, 3, -2, 0.5, 2 }, { 0, 0, 1, 4, -1 } }, device: CPU);
        Tensor expected = logits.softmax(1);

        Tensor actual = TeacherAnswer.Of(new() { Type = DistillationType.Soft, TopK = 2 }, logits).softmax(1);

        // Of the first row classes 1 and 4 are kept, of the second 3 and 2.
        double[,] rows = { { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 } };
        int[][] kept = [[1, 4], [3, 2]];
        for (int row = 0; row < 2; row++)
        {
            double rest = 1 - kept[row].Sum(one => expected[row, one].item<double>());
            for (int one = 0; one < 5; one++) rows[row, one] = kept[row].Contains(one) ? expected[row, one].item<double>() : rest / 3;
        }

        Assert.True(actual.allclose(tensor(rows, device: CPU), rtol: 1e-12, atol: 1e-12));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    public void Where_all_are_kept_nothing_is_changed(int topK)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Values("logits", 3, 5);

        TensorAssert.Identical(logits, TeacherAnswer.Of(new() { Type = DistillationType.Soft, TopK = topK }, logits));
    }

    [Fact]
    public void A_class_that_there_is_not_is_noticed()
    {
        var layout = new AnswerLayout(new() { Type = DistillationType.Hard }, 10, 2);

        Assert.Null(layout.Read([3, 10]));
    }

    [Fact]
    public void The_loss_takes_the_kept_logits()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor student = Values("student", 4, 6), teacher = Values("teacher", 4, 6) * 5, none = zeros(1, device: CPU).sum();
        var options = new DistillationOptions { Type = DistillationType.Soft, Alpha = 1, TopK = 2 };

        Tensor loss = DistillationLoss.Compute(options, none, student, teacher);

        TensorAssert.Identical(DistillationLoss.Compute(options with { TopK = 0 }, none, student, TeacherAnswer.Of(options, teacher)), loss);
        Assert.NotEqual(DistillationLoss.Compute(options with { TopK = 0 }, none, student, teacher).item<float>(), loss.item<float>());
    }

    private static Tensor Values(string key, int rows, int columns) =>
        tensor(HashFill.Uniform(key, rows * columns), device: CPU).view(rows, columns).to(ScalarType.Float32);
}
