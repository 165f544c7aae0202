using System.Collections.Immutable;
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

    /// <summary>Times the paths and the product of two matrices in turns.</summary>
    /// <param name="rounds">How many turns each has; at least 1.</param>
    /// <exception cref="DeitException">The rate of stochastic depth is none.</exception>
    public ModelTimes Time(int rounds)
    {
        using var batch = new ModelBatch(Model.Description, Batch);
        using var sgemm = new Sgemm();
        using IVisionModel fusedModel = CreateModel();
        using IVisionModel referenceModel = CreateModel();
        using ModelStep? fused = ModelStep.Create(ModelPath.Fused, fusedModel, batch, Train);
        using ModelStep reference = ModelStep.Create(ModelPath.Reference, referenceModel, batch, Train)!;

        List<Candidate> candidates = [sgemm.Candidate, new(nameof(ModelPath.Reference), reference.Run)];
        if (fused is not null) candidates.Add(new(nameof(ModelPath.Fused), fused.Run));
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, candidates);
        return new(timings[0].Milliseconds, fused is null ? null : timings[2].Milliseconds, timings[1].Milliseconds);
    }

    /// <summary>Bytes that a path takes at most while it runs, beside model and batch; see <see cref="PeakMemory"/>.</summary>
    /// <param name="path">A path that the model has.</param>
    public long Peak(ModelPath path)
    {
        using var batch = new ModelBatch(Model.Description, Batch);
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
        return Model.Create(new() { DropPath = DropPath });
    }
}

/// <summary>How long a model takes: medians, in milliseconds.</summary>
/// <param name="Sgemm">The product of two matrices, <see cref="Benchmarking.Sgemm.Operations"/>.</param>
/// <param name="Fused">A step with generated code; null where there is none.</param>
/// <param name="Reference">A step on the reference path.</param>
public sealed record ModelTimes(double Sgemm, double? Fused, double Reference);
