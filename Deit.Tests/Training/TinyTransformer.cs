using Deit.Distillation;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>A vision transformer of two blocks in double precision, and a few steps of its training without data, on either path.</summary>
internal static class TinyTransformer
{
    private const int Images = 6;
    private const int Steps = 3;
    private const double LearningRate = 0.01;

    /// <summary>The spec's keys but the name, as <see cref="Finetuning.SpecModel"/> takes them.</summary>
    public static readonly string[] Keys =
        ["family: vision_transformer", "image_size: 16", "patch_size: 8", "embed_dim: 32", "depth: 2", "heads: 2", "classes: 10"];

    /// <summary>The model with weights that follow from its names.</summary>
    public static IVisionModel Filled(RegisteredModelAttribute registered, Device device)
    {
        IVisionModel model = registered.Create(new());
        HashFill.Fill(model.Module);
        model.Module.to(device).to(ScalarType.Float64).train();
        return model;
    }

    /// <summary>Goes three steps, each down the mean of as many batches as the options say.</summary>
    /// <returns>The mean loss of the steps' sums; all weights, and those of the average where there is one.</returns>
    public static (double Loss, double[] Values) Train(IVisionModel model, TrainingOptions options, bool fused, Device device, IVisionModel? teacher = null)
    {
        int parts = options.GradientAccumulationSteps;
        var learner = Learner.For(
            model,
            teacher is null ? null : new ModelTeacher(teacher, new() { Type = DistillationType.Soft }),
            new() { Type = teacher is null ? DistillationType.None : DistillationType.Soft });
        learner.Loss = options.Loss;
        Tensor images = HashFill.Images(Images, 16, 16).to(device).to(ScalarType.Float64);
        Tensor targets = nn.functional.one_hot(arange(Images, dtype: ScalarType.Int64, device: device), 10).to(ScalarType.Float64);
        using var frozen = new FrozenParameters(model, options.Freeze);
        // The gradient of a key's bias is nothing but rounding, which AdamW's own epsilon would divide up to 1e-11 of a weight.
        using var state = new TrainingState(model, options with { AdamW = new() { Epsilon = 1e-4 } }, fused);
        double loss = 0;
        for (int batch = 0; batch < Steps * parts; batch++)
        {
            int part = batch % parts;
            long begin = part * Images / parts, end = (part + 1) * Images / parts;
            using Lesson lesson = learner.Learn(images.slice(0, begin, end, 1), targets.slice(0, begin, end, 1), new(0, batch, []), fused);
            loss += lesson.Loss.item<double>() / parts;
            state.Descend(lesson, new(part, parts), LearningRate);
        }

        IEnumerable<Tensor> averages = state.Average?.Shadow.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => entry.Value) ?? [];
        return (loss, [.. model.Module.parameters().Concat(averages).SelectMany(static tensor => tensor.detach().cpu().Values())]);
    }
}
