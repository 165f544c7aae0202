using Deit.Data;
using Deit.Distillation.Cache;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation;

/// <summary>A model that teaches, by its inference code, at its own resolution and normalisation.</summary>
/// <param name="model">The model; it stays its owner's.</param>
/// <param name="distillation">What the student learns from it.</param>
/// <param name="preprocessing">How images are normalised for it; null as for the student.</param>
internal sealed class ModelTeacher(IVisionModel model, DistillationOptions distillation, Preprocessing? preprocessing = null) : Teacher
{
    private TeacherView? _view;

    public override ModelDescription Description => model.Description;

    public override Tensor Answer(Tensor images, BatchPlace place)
    {
        using DisposeScope scope = NewDisposeScope();
        return TeacherAnswer.Of(distillation, Logits(images)).MoveToOuterDisposeScope();
    }

    /// <summary>The model's logits for images as the student sees them, shape (batch, classes).</summary>
    public Tensor Logits(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return model.Infer(_view is null ? images : _view.Of(images)).MoveToOuterDisposeScope();
    }

    /// <summary>SHA-256 of the model's weights.</summary>
    public string WeightsSum() => TeacherSource.Sum(model);

    public override void Begin(DataSplits data) =>
        _view = TeacherView.Between(data.Preprocessing, data.ImageSize, preprocessing ?? data.Preprocessing, Description.Input[1]);

    public override void MoveTo(Device device) => model.Module.to(device);
}
