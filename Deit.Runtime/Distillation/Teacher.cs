using Deit.Data;
using Deit.Training;
using static TorchSharp.torch;

namespace Deit.Distillation;

/// <summary>Who answers for the images that a student sees: a model, or what a model answered before.</summary>
internal abstract class Teacher
{
    /// <summary>The model that answers, or answered.</summary>
    public abstract ModelDescription Description { get; }

    /// <summary>The answers to a batch.</summary>
    /// <param name="images">The images as the student sees them, shape (batch, channels, height, width).</param>
    /// <param name="place">Which batch of the training it is.</param>
    /// <returns>
    /// What <see cref="TeacherAnswer.Of"/> makes of the teacher's logits, on the device of the images; the caller's, or the current dispose
    /// scope's.
    /// </returns>
    public abstract Tensor Answer(Tensor images, BatchPlace place);

    /// <summary>Is told of the data that the student's images are from.</summary>
    public virtual void Begin(DataSplits data)
    {
    }

    /// <summary>Moves all that computes to a device.</summary>
    public virtual void MoveTo(Device device)
    {
    }
}
