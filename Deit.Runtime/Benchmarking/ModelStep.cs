using Deit.Losses;
using Deit.Operators;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarking;

/// <summary>
/// What is timed of a model: a training step, which is forward, cross entropy (of a distilled model's heads together), backward and
/// AdamW, or inference, which is forward in evaluation. Each with generated code throughout, or on the reference path.
/// </summary>
/// <remarks>The model and the batch stay their owner's; the step owns its optimizer.</remarks>
public sealed class ModelStep : IDisposable
{
    /// <summary>The learning rate of every optimizer that is timed.</summary>
    public const double LearningRate = 5e-4;

    /// <summary>The weight decay of every optimizer that is timed.</summary>
    public const double WeightDecay = 0.05;

    // The backward pass multiplies twice where the forward pass does once: for the gradient of the input and of the weight.
    private const int PassesOfTraining = 3;
    private const double OperationsPerMac = 2;

    private readonly IDisposable[] _owned;

    private ModelStep(Action run, params IDisposable[] owned) => (Run, _owned) = (run, owned);

    /// <summary>Does it once.</summary>
    public Action Run { get; }

    /// <summary>Floating-point operations of a step by the model's nominal costs: work that is pruned counts.</summary>
    /// <param name="description">The model.</param>
    /// <param name="batch">Images of a step.</param>
    /// <param name="train">Whether it is a training step.</param>
    public static double Operations(ModelDescription description, int batch, bool train) =>
        (train ? PassesOfTraining : 1) * OperationsPerMac * description.Macs * batch;

    /// <summary>The step of a path; null where the model has no generated code for it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="model">The model; the step sets its mode.</param>
    /// <param name="batch">What it works on.</param>
    /// <param name="train">Whether it is a training step.</param>
    public static ModelStep? Create(ModelPath path, IVisionModel model, ModelBatch batch, bool train)
    {
        model.Module.train(train);
        return (path, train) switch
        {
            (ModelPath.Fused, true) => model.Description.TrainingPlan is null ? null : FusedTraining(model, batch),
            (ModelPath.Fused, false) => FusedInference(model, batch),
            (_, true) => ReferenceTraining(model, batch),
            (_, false) => ReferenceInference(model, batch),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable owned in _owned) owned.Dispose();
    }

    private static ModelStep FusedTraining(IVisionModel model, ModelBatch batch)
    {
        // Before the first forward pass: generated code keeps the memory that gradients have then.
        var parameters = new FlatParameters(WeightDecayGroups.Create(model.Module, WeightDecay));
        var optimizer = new FusedAdamW(parameters, new());
        return new(
            () =>
            {
                using DisposeScope scope = NewDisposeScope();
                using TrainingTape tape = Forward(model, batch.Images);
                Loss(tape.Logits, batch.Labels).backward();
                tape.Backward();
                optimizer.Step(LearningRate);
            },
            optimizer,
            parameters);
    }

    private static ModelStep ReferenceTraining(IVisionModel model, ModelBatch batch)
    {
        optim.Optimizer optimizer = optim.AdamW(model.Module.parameters(), LearningRate, weight_decay: WeightDecay);
        return new(
            () =>
            {
                using DisposeScope scope = NewDisposeScope();
                optimizer.zero_grad();
                Loss(Logits(model, batch.Images), batch.Labels).backward();
                optimizer.step();
            },
            optimizer);
    }

    private static ModelStep? FusedInference(IVisionModel model, ModelBatch batch)
    {
        if (!model.HasInference) return null;
        return new(() => model.Infer(batch.Images).Dispose());
    }

    private static ModelStep ReferenceInference(IVisionModel model, ModelBatch batch) => new(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        model.Predict(batch.Images);
    });

    private static TrainingTape Forward(IVisionModel model, Tensor images) => model is DistilledClassifier distilled
        ? distilled.ForwardTraining(images, out _)
        : ((Classifier)model).ForwardTraining(images, out _);

    private static IReadOnlyList<Tensor> Logits(IVisionModel model, Tensor images)
    {
        if (model is not DistilledClassifier distilled) return [((Classifier)model).call(images)];
        DistilledLogits logits = distilled.call(images);
        return [logits.Class, logits.Distillation];
    }

    private static Tensor Loss(IReadOnlyList<Tensor> logits, Tensor labels) =>
        logits.Select(head => CrossEntropy.Labels(head, labels)).Aggregate(static (sum, loss) => sum + loss);
}

/// <summary>The ways in which a model computes.</summary>
public enum ModelPath
{
    /// <summary>Generated code throughout, with the optimizer over flat storage.</summary>
    Fused,

    /// <summary>The generated <c>forward</c> with autograd and TorchSharp's own AdamW.</summary>
    Reference,
}
