using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>
/// Knows the digits well, but calls every one by the name of the next: what a student has from its teacher cannot be mistaken
/// for what it has from the labels.
/// </summary>
internal sealed class MistakenTeacher : Classifier
{
    private readonly TinyClassifier _expert = TinyModels.Make<TinyClassifier>();

    public MistakenTeacher()
        : base("mistaken_teacher")
    {
        register_module("expert", _expert);
        new Deit.Training.Trainer<TinyClassifier>(_expert, TinyTraining.Plain with { Epochs = 4 }).Fit(TinyTraining.Digits);
    }

    /// <summary>How often a student's distillation head says of a validation image what this teacher should.</summary>
    public static double Agreement(TinyStudent student)
    {
        using DisposeScope scope = NewDisposeScope();
        DataSplits data = TinyTraining.Digits;
        var loader = new DataLoader(
            data.Validation, new() { BatchSize = data.Validation.Count, Transform = new EvaluationTransform(data.Preprocessing, data.ImageSize) });
        using Batch batch = loader.Epoch(0).Single();
        Tensor answers = student.call(batch.Images).Distillation.argmax(1);
        return answers.eq((batch.Labels + 1).remainder(10)).to(ScalarType.Float64).mean().item<double>();
    }

    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _expert.call(images).roll(1, 1).MoveToOuterDisposeScope();
    }

    protected override ModelDescription Describe() => TinyModels.Describe("mistaken_teacher", distilled: false);
}
