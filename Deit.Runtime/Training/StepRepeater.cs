using Deit.Distillation;
using Deit.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>Goes through a step once more, with the randomness that it had, by the readable layers and autograd.</summary>
/// <param name="model">The model as it was before the step. Its weights stay as they are; batch norms in training take each pass into their statistics.</param>
/// <param name="options">How it is trained.</param>
/// <param name="epoch">The epoch, from 0.</param>
/// <param name="batch">The batch in it, from 0.</param>
/// <param name="validates">Whether it is no step, but a batch of validation images after the epoch's last.</param>
internal sealed class StepRepeater(IVisionModel model, TrainingOptions options, int epoch, int batch, bool validates)
{
    /// <summary>The first parameter on the way back from the loss whose gradient is not finite; null where every gradient is.</summary>
    /// <remarks>Models declare their layers in the order of the forward pass.</remarks>
    public static string? FirstNonFiniteGradient(IVisionModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        return model.Module.named_parameters().Reverse()
            .FirstOrDefault(static entry => entry.parameter.grad is { } gradient && !LayerOutputs.IsFinite(gradient)).name;
    }

    /// <summary>What the layers' outputs tell.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    public LayerFinding Watch(Tensor images)
    {
        Begin();
        return LayerOutputs.Watch(model, images);
    }

    /// <summary>Finds outputs, loss and gradients.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <param name="targets">Probabilities, shape (batch, classes), or of validation images their labels, shape (batch); null where they were not kept.</param>
    /// <param name="answer">The teacher's answer; null where nobody teaches, or where it was not kept.</param>
    /// <param name="distillation">How the model is taught.</param>
    /// <param name="failure">The step: in how many parts it was taken, and what its loss was not to exceed.</param>
    public StepRepetition Repeat(Tensor images, Tensor? targets, Tensor? answer, DistillationOptions distillation, StepFailure failure)
    {
        using DisposeScope scope = NewDisposeScope();
        LayerFinding layers = Watch(images);
        var found = new StepRepetition(layers.FirstNonFinite, layers.Growth);
        if (targets is null) return found with { Missing = Lacks("targets") };
        if (validates) return Validate(found, images, targets);
        if (distillation.Type != DistillationType.None && answer is null) return found with { Missing = Lacks("answer of the teacher") };
        return Learn(found, images, targets, answer, distillation, failure);
    }

    private static string Lacks(string what) => $"The files, which an earlier version wrote, hold no {what}: loss and gradients are not known.";

    private StepRepetition Validate(StepRepetition found, Tensor images, Tensor labels)
    {
        using IDisposable noGradient = no_grad();
        Begin();
        double loss = CrossEntropy.Labels(model.Predict(images), labels).item<float>();
        return found with { Loss = loss, Cause = double.IsFinite(loss) ? null : FailureCause.Validation };
    }

    private StepRepetition Learn(
        StepRepetition found, Tensor images, Tensor targets, Tensor? answer, DistillationOptions distillation, StepFailure failure)
    {
        using var frozen = new FrozenParameters(model, options.Freeze);
        var learner = Learner.For(model, answer is null ? null : new KeptAnswer(model.Description, answer), distillation);
        learner.Loss = options.Loss;
        Begin();
        using Lesson lesson = learner.Learn(images, targets, new(epoch, batch, []), fused: false);
        lesson.Backward(failure.MicroBatches);
        double loss = lesson.Loss.item<float>();
        string? gradient = FirstNonFiniteGradient(model);
        return found with { Loss = loss, Gradient = gradient, Cause = CauseOf(loss, failure.LossLimit, gradient) };
    }

    private static FailureCause? CauseOf(double loss, double? limit, string? gradient)
    {
        if (!double.IsFinite(loss)) return FailureCause.Loss;
        if (loss > limit) return FailureCause.Explosion;
        return gradient is null ? null : FailureCause.Gradient;
    }

    private void Begin()
    {
        model.Module.train(options.TrainMode && !validates);
        TrainingRandom.BeginBatch(options.Seed, epoch, batch);
    }
}
