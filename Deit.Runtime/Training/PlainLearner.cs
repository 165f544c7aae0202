using Deit.Losses;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A model with one head, trained on the labels.</summary>
internal sealed class PlainLearner(Classifier model) : Learner
{
    public override IVisionModel Model => model;

    public override (Tensor Loss, Tensor Logits) Learn(Tensor images, Tensor targets)
    {
        Tensor logits = model.call(images);
        return (CrossEntropy.SoftTargets(logits, targets), logits);
    }

    public override HeadLogits Answer(Tensor images) => new(model.call(images));
}
