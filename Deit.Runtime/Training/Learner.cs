using Deit.Data;
using Deit.Distillation;
using Deit.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A model in training, as the engine sees it: what differs between models of one head and of two is behind this.</summary>
internal abstract class Learner
{
    /// <summary>The model that is trained.</summary>
    public abstract IVisionModel Model { get; }

    /// <summary>The learner for a model that was found by its name.</summary>
    /// <exception cref="DeitException">The model cannot be trained so.</exception>
    public static Learner For(IVisionModel model, Teacher? teacher, DistillationOptions distillation) => model switch
    {
        DistilledClassifier student => new DistilledLearner(student, teacher, distillation),
        Classifier classifier when distillation.Type == DistillationType.None => new PlainLearner(classifier),
        Classifier => throw CannotBeTaught(model.Description),
        _ => throw new DeitException(
            $"{model.Description.Name} can be trained only as a {nameof(Classifier)} or a {nameof(DistilledClassifier)}."),
    };

    /// <summary>The fault of a student with one head.</summary>
    public static DeitException CannotBeTaught(ModelDescription student) =>
        new($"{student.Name} has no distillation head to be taught: take a distilled model, or distillation type 'none'.");

    /// <summary>What the class head is trained by.</summary>
    public LossOptions Loss { get; set; } = new();

    /// <summary>
    /// Whether the loss reaches every parameter. Where it does not, autograd leaves those without a gradient and AdamW leaves them alone;
    /// generated code would give them zeros, and they would decay.
    /// </summary>
    public virtual bool TrainsAll => true;

    /// <summary>Runs the model on a batch of training images.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <param name="targets">Probabilities, shape (batch, classes).</param>
    /// <param name="place">Which batch of the training it is.</param>
    /// <param name="fused">Whether by generated training code, which the model then has.</param>
    public abstract Lesson Learn(Tensor images, Tensor targets, BatchPlace place, bool fused);

    /// <summary>The logits of every head, as in evaluation.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    public abstract HeadLogits Answer(Tensor images);

    /// <summary>Begins to learn from some data, on a device.</summary>
    public virtual void Begin(DataSplits data, Device device) => MoveTo(device);

    /// <summary>Moves all that computes to a device.</summary>
    public virtual void MoveTo(Device device) => Model.Module.to(device);
}

/// <summary>The logits of a model's heads, each of shape (batch, classes).</summary>
/// <param name="Prediction">What the model predicts from.</param>
/// <param name="Class">Those of the class head; null of a model with one head.</param>
/// <param name="Distillation">Those of the distillation head; null of a model with one head.</param>
internal readonly record struct HeadLogits(Tensor Prediction, Tensor? Class = null, Tensor? Distillation = null);
