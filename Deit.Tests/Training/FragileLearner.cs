using Deit.Training;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>
/// A learner of one head whose loss now and then goes wrong on purpose. With which batches follows from torch's generator, which a training
/// seeds at every batch: the same ones however often it is repeated or resumed. Or it is told the one batch.
/// </summary>
internal sealed class FragileLearner(Classifier model, FailureCause cause, double rate, (int Epoch, int Batch)? only = null) : Learner
{
    private readonly PlainLearner _inner = new(model);

    public override IVisionModel Model => model;

    public override Lesson Learn(Tensor images, Tensor targets, BatchPlace place, bool fused)
    {
        Lesson lesson = _inner.Learn(images, targets, place, fused);
        bool fails = only is { } one ? one == (place.Epoch, place.Batch) : rand(1, device: CPU).item<float>() < rate;
        if (!fails) return lesson;
        return lesson with
        {
            Loss = cause switch
            {
                FailureCause.Loss => lesson.Loss * float.NaN,
                FailureCause.Explosion => lesson.Loss * 1e6,

                // The same loss; its derivative is 0 times infinity.
                _ => lesson.Loss + ((lesson.Loss * 0).sqrt() * 0),
            },
        };
    }

    public override HeadLogits Answer(Tensor images) => _inner.Answer(images);
}
