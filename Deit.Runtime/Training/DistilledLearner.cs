using Deit.Data;
using Deit.Distillation;
using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// A model with two heads: the class head is trained on the labels, the distillation head on the teacher's answers to the very
/// same images, mixed and augmented. Without distillation the class head alone is trained, as in <c>facebookresearch/deit</c>.
/// </summary>
internal sealed class DistilledLearner : Learner
{
    private readonly DistilledClassifier _student;
    private readonly Teacher? _teacher;
    private readonly DistillationOptions _distillation;

    /// <exception cref="DeitException">A teacher is needed and missing, or does not fit the student.</exception>
    public DistilledLearner(DistilledClassifier student, Teacher? teacher, DistillationOptions distillation)
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

    public override Lesson Learn(Tensor images, Tensor targets, BatchPlace place, bool fused)
    {
        TrainingTape? tape = null;
        DistilledLogits logits;
        if (fused) tape = _student.ForwardTraining(images, out logits);
        else logits = _student.call(images);
        try
        {
            Tensor loss = Loss.Compute(logits.Class, targets);
            Tensor? answer = _teacher?.Answer(images, place);
            if (answer is not null) loss = DistillationLoss.OfAnswer(_distillation, loss, logits.Distillation, answer);
            return new(loss, logits.Class, tape) { Answer = answer };
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

    public override void Begin(DataSplits data, Device device)
    {
        base.Begin(data, device);
        _teacher?.Begin(data);
    }

    public override void MoveTo(Device device)
    {
        base.MoveTo(device);
        _teacher?.MoveTo(device);
    }

    /// <summary>Refuses a teacher of other classes or other channels. Another image size is no hindrance: it sees the images at its own.</summary>
    /// <exception cref="DeitException">They differ.</exception>
    internal static void RequireFit(ModelDescription teacher, ModelDescription student)
    {
        if (teacher.Classes != student.Classes)
        {
            throw new DeitException(
                $"The teacher {teacher.Name} has {teacher.Classes} classes, the student {student.Name} {student.Classes}: "
                + "take models of the same classes.");
        }

        if (teacher.Input[0] != student.Input[0])
        {
            throw new DeitException(
                $"The teacher {teacher.Name} takes images of {teacher.Input[0]} channels, the student {student.Name} of {student.Input[0]}: "
                + "both see the same images, take models of the same channels.");
        }
    }
}
