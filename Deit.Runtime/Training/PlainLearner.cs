using Deit.Operators;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A model with one head, trained on the labels.</summary>
internal sealed class PlainLearner(Classifier model) : Learner
{
    public override IVisionModel Model => model;

    public override Lesson Learn(Tensor images, Tensor targets, BatchPlace place, bool fused)
    {
        TrainingTape? tape = null;
        Tensor logits;
        if (fused) tape = model.ForwardTraining(images, out logits);
        else logits = model.call(images);
        return new(Loss.Compute(logits, targets), logits, tape);
    }

    public override HeadLogits Answer(Tensor images) => new(model.Infer(images));
}
