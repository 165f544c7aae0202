using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarking;

/// <summary>What to time of a model.</summary>
/// <param name="Model">The model; it has fresh weights.</param>
/// <param name="Batch">Images of a step; at least 1.</param>
/// <param name="Train">Whether to train, in place of inference.</param>
/// <param name="DropPath">The stochastic-depth rate of the last block while training; null takes the declared one.</param>
public sealed record ModelBenchmark(RegisteredModelAttribute Model, int Batch, bool Train, double? DropPath = 0)
{
    // The first step makes what later ones use; a second has all of it at once.
    private const int StepsOfPeak = 3;
    private const int Seed = 0;

    /// <summary>Where to compute; the CPU unless told otherwise.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Times the paths and the product of two matrices in turns.</summary>
    /// <param name="rounds">How many turns each has; at least 1.</param>
    /// <exception cref="DeitException">The rate of stochastic depth is none.</exception>
    public ModelTimes Time(int rounds)
    {
        using var batch = new ModelBatch(Model.Description, Batch, Device);
        using var sgemm = new Sgemm(Device);
        using IVisionModel fusedModel = CreateModel();
        using IVisionModel referenceModel = CreateModel();
        using ModelStep? fused = ModelStep.Create(ModelPath.Fused, fusedModel, batch, Train);
        using ModelStep reference = ModelStep.Create(ModelPath.Reference, referenceModel, batch, Train)!;

        List<Candidate> candidates = [Finished(sgemm.Candidate), Finished(new(nameof(ModelPath.Reference), reference.Run))];
        if (fused is not null) candidates.Add(Finished(new(nameof(ModelPath.Fused), fused.Run)));
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, candidates);
        return new(timings[0].Milliseconds, fused is null ? null : timings[2].Milliseconds, timings[1].Milliseconds);
    }

    /// <summary>Bytes of this process's own memory that a path takes at most while it runs, beside model and batch; see <see cref="PeakMemory"/>. A GPU's memory is not in it.</summary>
    /// <param name="path">A path that the model has.</param>
    public long Peak(ModelPath path)
    {
        using var batch = new ModelBatch(Model.Description, Batch, Device);
        using IVisionModel model = CreateModel();
        return PeakMemory.Of(() =>
        {
            using ModelStep? step = ModelStep.Create(path, model, batch, Train);
            for (int i = 0; i < StepsOfPeak; i++) step?.Run();
        });
    }

    private IVisionModel CreateModel()
    {
        manual_seed(Seed);
        IVisionModel model = Model.Create(new() { DropPath = DropPath });
        model.Module.to(Device);
        return model;
    }

    /// <summary>A GPU is asked for work and does it later: what is timed is the work.</summary>
    private Candidate Finished(Candidate candidate) => Device.type != DeviceType.CUDA ? candidate : candidate with
    {
        Run = () =>
        {
            candidate.Run();
            cuda.synchronize(Device);
        },
    };
}

/// <summary>How long a model takes: medians, in milliseconds.</summary>
/// <param name="Sgemm">The product of two matrices, <see cref="Benchmarking.Sgemm.Operations"/>.</param>
/// <param name="Fused">A step with generated code; null where there is none.</param>
/// <param name="Reference">A step on the reference path.</param>
public sealed record ModelTimes(double Sgemm, double? Fused, double Reference);
