using Deit.Checkpoints;
using Deit.Data;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>Which part of the validation images models are judged by, the student and a teacher that has weights.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class EvaluationCropTests : IDisposable
{
    private const double Part = 0.5;
    private const string StatedPart = "data.crop_pct=0.5";

    private static readonly string[] Alone = ["distillation.type=none", "student.model=tiny_classifier", "student.ema_decay=0"];

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_model_is_judged_by_the_part_that_the_recipe_states()
    {
        RunSummary whole = Run("whole", Alone);
        RunSummary centre = Run("centre", [.. Alone, StatedPart]);

        Assert.Equal(Accuracy(Weights("whole"), 1), whole.Student.Top1, 1e-12);
        Assert.Equal(Accuracy(Weights("whole"), Part), centre.Student.Top1, 1e-12);
        Assert.NotEqual(whole.Student.Top1, centre.Student.Top1);
        Assert.Equal(Part, RunFolder.Open(_temporary.File("centre")).ReadData()!.Preprocessing.CropPct);
        Assert.Equal(File.ReadAllBytes(Weights("whole")), File.ReadAllBytes(Weights("centre")));
    }

    [Fact]
    public void A_teacher_with_weights_is_judged_by_the_part_that_they_are_for()
    {
        RunSummary alone = Run("alone", [.. Alone, StatedPart]);

        RunSummary taught = Run("taught", $"teacher.weights={_temporary.File("alone")}", "student.epochs=1");

        Assert.Equal(alone.Student.Top1, taught.Teacher!.Top1, 1e-12);
        Assert.NotEqual(Accuracy(Weights("alone"), 1), taught.Teacher.Top1);
    }

    private RunSummary Run(string output, params string[] overrides) =>
        RecipeRun.Start(TinyRecipe.Load(_temporary.Path, overrides), TinyModels.Registry, new() { Output = _temporary.File(output) }).Execute();

    private string Weights(string run) => Path.Combine(RunFolder.At(_temporary.File(run)).LastCheckpoint, CheckpointFolder.ModelFile);

    private static double Accuracy(string weights, double part)
    {
        using DisposeScope scope = NewDisposeScope();
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        Deit.Checkpoints.Weights.Load(model, weights);
        model.eval();
        DataSplits data = TinyTraining.Digits;
        var transform = new EvaluationTransform(data.Preprocessing with { CropPct = part }, data.ImageSize);
        using Batch batch = new DataLoader(data.Validation, new() { BatchSize = data.Validation.Count, Transform = transform }).Epoch(0).Single();
        return model.call(batch.Images).argmax(1).eq(batch.Labels).to(ScalarType.Float64).mean().item<double>();
    }
}
