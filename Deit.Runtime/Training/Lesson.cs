using Deit.Operators;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>What a model made of a batch while training, and the way back to its gradients.</summary>
/// <param name="Loss">The loss to minimise, a scalar that autograd follows.</param>
/// <param name="Logits">The logits that are trained on the targets, shape (batch, classes).</param>
/// <param name="Tape">What generated code needs to go on from the logits; null where autograd goes all the way.</param>
internal sealed record Lesson(Tensor Loss, Tensor Logits, TrainingTape? Tape) : IDisposable
{
    /// <summary>The teacher's answer that the loss was made of, as <see cref="Distillation.Teacher.Answer"/> gives it; null where nobody teaches.</summary>
    public Tensor? Answer { get; init; }

    /// <summary>Finds the gradients of all parameters.</summary>
    /// <param name="parts">By how many the loss is divided: the micro-batches of a step.</param>
    public void Backward(int parts = 1)
    {
        if (parts == 1)
        {
            Loss.backward();
        }
        else
        {
            using Tensor share = Loss / parts;
            share.backward();
        }

        Tape?.Backward();
    }

    public void Dispose() => Tape?.Dispose();
}
