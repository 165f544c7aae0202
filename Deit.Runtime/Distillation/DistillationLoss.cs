using Deit.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation;

/// <summary>The loss of a student with a teacher (Touvron et al., arXiv 2012.12877, equations 2 and 3).</summary>
public static class DistillationLoss
{
    /// <summary>
    /// <c>(1 - alpha) * base + alpha * teaching</c>, a scalar that autograd follows to the student but not to the teacher.
    /// </summary>
    /// <remarks>
    /// Soft teaching is <c>tau^2 * KL(teacher || student)</c> of the softened distributions, divided by batch * classes: the
    /// mean over all elements that <c>facebookresearch/deit</c> takes, and not the batch mean of the equation, so that its
    /// recipes keep their meaning.
    /// Hard teaching is the cross entropy with the teacher's most likely class.
    /// </remarks>
    /// <param name="options">Kind and weight of the teaching. With <see cref="DistillationType.None"/> the base loss is the answer.</param>
    /// <param name="baseLoss">The loss of the class head on the labels, a scalar.</param>
    /// <param name="distillationLogits">The logits of the student's distillation head, shape (batch, classes).</param>
    /// <param name="teacherLogits">The logits of the teacher for the same images, shape (batch, classes).</param>
    /// <exception cref="ArgumentException">Student and teacher logits differ in shape.</exception>
    public static Tensor Compute(DistillationOptions options, Tensor baseLoss, Tensor distillationLogits, Tensor teacherLogits)
    {
        if (options.Type == DistillationType.None)
        {
            return baseLoss.alias();
        }

        SoftTargets.CheckShape(distillationLogits, teacherLogits);
        using DisposeScope scope = NewDisposeScope();
        Tensor answer = TeacherAnswer.Of(options, teacherLogits.detach());
        return OfAnswer(options, baseLoss, distillationLogits, answer).MoveToOuterDisposeScope();
    }

    /// <summary>The loss where the teacher has answered before.</summary>
    /// <param name="options">Kind and weight of the teaching, not <see cref="DistillationType.None"/>.</param>
    /// <param name="baseLoss">The loss of the class head on the labels, a scalar.</param>
    /// <param name="distillationLogits">The logits of the student's distillation head, shape (batch, classes).</param>
    /// <param name="answer">What <see cref="TeacherAnswer.Of"/> made of the teacher's logits.</param>
    internal static Tensor OfAnswer(DistillationOptions options, Tensor baseLoss, Tensor distillationLogits, Tensor answer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor teaching = options.Type == DistillationType.Soft
            ? Soft(distillationLogits, answer, options.Tau)
            : CrossEntropy.Labels(distillationLogits, answer);
        return (baseLoss * (1 - options.Alpha) + teaching * options.Alpha).MoveToOuterDisposeScope();
    }

    private static Tensor Soft(Tensor student, Tensor teacher, double tau)
    {
        Tensor divergence = nn.functional.kl_div(
            (student / tau).log_softmax(1), (teacher / tau).log_softmax(1), log_target: true, reduction: nn.Reduction.Sum);
        // Softening by tau divides the gradient by tau^2; the factor gives it back.
        return divergence * (tau * tau / student.numel());
    }
}
