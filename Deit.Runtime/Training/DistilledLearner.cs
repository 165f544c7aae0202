using Deit.Distillation;
using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// A model with two heads: the class head is trained on the labels, the distillation head on the teacher's logits for the very
/// same images, mixed and augmented. Without distillation the class head alone is trained, as in <c>facebookresearch/deit</c>.
/// </summary>
internal sealed class DistilledLearner : Learner
{
    private readonly DistilledClassifier _student;
    private readonly IVisionModel? _teacher;
    private readonly DistillationOptions _distillation;

    /// <exception cref="DeitException">A teacher is needed and missing, or does not fit the student.</exception>
    public DistilledLearner(DistilledClassifier student, IVisionModel? teacher, DistillationOptions distillation)
    {
        _student = student;
        _distillation = distillation;
        if (distillation.Type == DistillationType.None) return;
        _teacher = teacher ?? throw new DeitException(
            $"Distillation of type '{distillation.Type}' needs a teacher: give one, or take '{nameof(DistillationType.None)}'.");
        RequireFit(_teacher.Description, Model.Description);
    }

    public override IVisionModel Model => _student;

    /// <summary>Without a teacher, nothing is asked of the distillation head.</summary>
    public override bool TrainsAll => _teacher is not null;

    public override Lesson Learn(Tensor images, Tensor targets, bool fused)
    {
        TrainingTape? tape = null;
        DistilledLogits logits;
        if (fused) tape = _student.ForwardTraining(images, out logits);
        else logits = _student.call(images);
        try
        {
            Tensor loss = Loss.Compute(logits.Class, targets);
            if (_teacher is not null) loss = DistillationLoss.Compute(_distillation, loss, logits.Distillation, _teacher.Infer(images));
            return new(loss, logits.Class, tape);
        }
        catch
        {
            tape?.Dispose();
            throw;
        }
    }

    public override HeadLogits Answer(Tensor images)
    {
        DistilledLogits logits = _student.InferHeads(images);
        return new(logits.Mean(), logits.Class, logits.Distillation);
    }

    public override void MoveTo(Device device)
    {
        base.MoveTo(device);
        _teacher?.Module.to(device);
    }

    private static void RequireFit(ModelDescription teacher, ModelDescription student)
    {
        if (teacher.Classes != student.Classes)
        {
            throw new DeitException(
                $"The teacher {teacher.Name} has {teacher.Classes} classes, the student {student.Name} {student.Classes}: "
                + "take models of the same classes.");
        }

        if (!teacher.Input.AsSpan().SequenceEqual(student.Input.AsSpan()))
        {
            throw new DeitException(
                $"The teacher {teacher.Name} takes images of {string.Join('x', teacher.Input)}, the student {student.Name} of "
                + $"{string.Join('x', student.Input)}: both see the same images, take models of the same input.");
        }
    }
}
