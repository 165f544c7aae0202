using System.Collections.Immutable;
using Deit.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Targets;

/// <summary>How fast inference is, against ONNX Runtime with the same weights.</summary>
internal static class InferenceTargets
{
    private const int Seed = 0;

    /// <summary>Measures.</summary>
    public static IEnumerable<TargetRow> Measure(int rounds) =>
    [
        Measure(new RegisteredModelAttribute<DeitTinyPatch16_224>(""), 16, 0.95, rounds),
        Measure(new RegisteredModelAttribute<DeitTinyPatch16_224>(""), 1, 1, rounds),
        Measure(new RegisteredModelAttribute<RegNetY016>(""), 1, 1, rounds),
        Measure(new RegisteredModelAttribute<RegNetY016>(""), 16, 1, rounds),
        Measure(new RegisteredModelAttribute<RegNetY002>(""), 1, 1, rounds),
        Measure(new RegisteredModelAttribute<RegNetY002>(""), 16, 1, rounds),
    ];

    private static TargetRow Measure(RegisteredModelAttribute registered, int images, double target, int rounds)
    {
        manual_seed(Seed);
        using IVisionModel model = registered.Create();
        ModelWeights.Perturb(model.Module);
        using var batch = new ModelBatch(model.Description, images);
        string work = $"inference {model.Description.Name}, batch {images}";
        using ModelStep? step = ModelStep.Create(ModelPath.Fused, model, batch, train: false);
        if (step is null) return TargetRow.AtMost(work, OnnxRuntimeModel.Name, null, target);

        using var onnxRuntime = new OnnxRuntimeModel(model, batch.Images);
        using (DisposeScope scope = NewDisposeScope())
        using (inference_mode())
        {
            onnxRuntime.RequireSame(model.Infer(batch.Images));
        }

        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, new("fused", step.Run), new(OnnxRuntimeModel.Name, onnxRuntime.Run));
        return TargetRow.AtMost(work, OnnxRuntimeModel.Name, timings[0].RatioTo(timings[1]).Median, target);
    }
}
