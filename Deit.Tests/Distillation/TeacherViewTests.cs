using Deit.Distillation;
using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Distillation;

/// <summary>A student's images as its teacher sees them.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class TeacherViewTests
{
    private static readonly Preprocessing Half = new() { Mean = [0.5, 0.4, 0.3], Std = [0.5, 0.25, 0.2] };

    [Fact]
    public void Where_both_see_the_same_nothing_is_done() =>
        Assert.Null(TeacherView.Between(new(), 224, new() { CropPct = 0.9, Interpolation = "bilinear" }, 224));

    [SkippableTheory]
    [InlineData(8, 12, true, "cpu")]
    [InlineData(12, 8, true, "cpu")]
    [InlineData(15, 4, false, "cpu")]
    [InlineData(7, 7, true, "cpu")]
    [InlineData(12, 8, true, "cuda")]
    public void It_is_what_the_hand_computes(int from, int to, bool normalizesAnew, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        var student = new Preprocessing();
        Preprocessing teacher = normalizesAnew ? Half : student;
        Tensor images = HashFill.Images(2, from, from);

        Tensor seen = TeacherView.Between(student, from, teacher, to)!.Of(images.to(device)).cpu();

        double[,] weights = Weights(from, to);
        Assert.Equal([2, 3, to, to], seen.shape);
        double worst = 0;
        for (int image = 0; image < 2; image++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                for (int y = 0; y < to; y++)
                {
                    for (int x = 0; x < to; x++)
                    {
                        double colour = 0;
                        for (int row = 0; row < from; row++)
                        {
                            for (int column = 0; column < from; column++)
                            {
                                double pixel = (images[image, channel, row, column].item<float>() * student.Std[channel]) + student.Mean[channel];
                                colour += weights[y, row] * weights[x, column] * pixel;
                            }
                        }

                        double expected = (colour - teacher.Mean[channel]) / teacher.Std[channel];
                        worst = Math.Max(worst, Math.Abs(expected - seen[image, channel, y, x].item<float>()));
                    }
                }
            }
        }

        Assert.InRange(worst, 0, 1e-5);
    }

    [Fact]
    public void The_teacher_is_asked_about_its_own_view_and_gets_no_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new TinyLargeClassifier();
        HashFill.Fill(model);
        var teacher = new ModelTeacher(model, new() { Type = DistillationType.Soft }, Half);
        teacher.Begin(TinyTraining.Digits);
        Tensor images = HashFill.Images(3, TinyModels.ImageSize, TinyModels.ImageSize).requires_grad_();

        Tensor answer = teacher.Answer(images, new(0, 0, [0, 1, 2]));

        Tensor view = TeacherView.Between(TinyTraining.Digits.Preprocessing, TinyModels.ImageSize, Half, TinyLargeClassifier.ImageSize)!.Of(images);
        TensorAssert.Identical(model.Infer(view), answer);
        Assert.False(answer.requires_grad);
        Assert.Null(images.grad);
        Assert.All(model.parameters(), static parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void A_student_learns_from_a_teacher_of_another_resolution_and_normalisation()
    {
        using var student = TinyModels.Make<TinyStudent>();
        using var teacher = TinyModels.Make<TinyLargeClassifier>();
        using var same = TinyModels.Make<TinyStudent>();
        TrainingOptions options = TinyTraining.Plain with { Epochs = 1 };
        var soft = new DistillationOptions { Type = DistillationType.Soft };

        new DistillingTrainer<TinyStudent>(student, teacher, options, soft, Half).Fit(TinyTraining.Digits);
        new DistillingTrainer<TinyStudent>(same, teacher, options, soft).Fit(TinyTraining.Digits);

        Assert.All(teacher.parameters(), static parameter => Assert.Null(parameter.grad));
        Assert.False(student.state_dict()["head_dist.weight"].allclose(same.state_dict()["head_dist.weight"]));
    }

    /// <summary>
    /// The weights of <c>interpolate(mode="bicubic", antialias=True)</c>: the cubic of Keys (1981) with a = -1/2, stretched where the image
    /// shrinks, cut off at the border and brought to a sum of 1.
    /// </summary>
    private static double[,] Weights(int from, int to)
    {
        var weights = new double[to, from];
        double scale = (double)from / to, stretch = Math.Max(1, scale);
        for (int output = 0; output < to; output++)
        {
            double centre = (output + 0.5) * scale, sum = 0;
            for (int input = 0; input < from; input++) sum += weights[output, input] = Cubic(Math.Abs(input + 0.5 - centre) / stretch);
            for (int input = 0; input < from; input++) weights[output, input] /= sum;
        }

        return weights;
    }

    private static double Cubic(double x) => x switch
    {
        < 1 => (1.5 * x * x * x) - (2.5 * x * x) + 1,
        < 2 => (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2,
        _ => 0,
    };
}
