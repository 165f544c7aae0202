using System.Collections.Immutable;
using Deit.Models;
using Deit.Modules;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Targets;

/// <summary>How fast training steps are, against TorchSharp as one writes it and against the machine.</summary>
internal static class TrainingTargets
{
    private const int Seed = 0;
    private const int LargeBatch = 16;
    private const int SmallBatch = 8;
    private const double Share = 0.92;
    private const string Idiomatic = "idiomatic TorchSharp";
    private const string SgemmRate = "sgemm rate, 2048³";

    /// <summary>A transformer: the ratio of times, and the share of the machine's rate.</summary>
    public static IEnumerable<TargetRow> DeitTiny(int rounds)
    {
        const string work = "train step deit_tiny_patch16_224, batch 16";
        using ModelPair pair = ModelPair.DeitTiny(LargeBatch);
        (double? ratio, double? share) = Measure(pair, rounds);
        return [TargetRow.AtMost(work, Idiomatic, ratio, 0.72), TargetRow.AtLeast(work, SgemmRate, share, Share)];
    }

    /// <summary>A convolutional network: the ratio of times.</summary>
    public static IEnumerable<TargetRow> RegNetY002(int rounds)
    {
        using ModelPair pair = ModelPair.RegNetY002(LargeBatch);
        return [TargetRow.AtMost("train step regnety_002, batch 16", Idiomatic, Measure(pair, rounds).Ratio, 0.70)];
    }

    /// <summary>More transformers: the share of the machine's rate.</summary>
    public static IEnumerable<TargetRow> Shares(int rounds) =>
    [
        ShareOf("train step deit_small_patch16_224, batch 8", new RegisteredModelAttribute<DeitSmallPatch16_224>(""), rounds),
        ShareOf("train step deit_tiny_distilled_patch16_224, batch 8", new RegisteredModelAttribute<DeitTinyDistilledPatch16_224>(""), rounds),
    ];

    /// <summary>The memory of a step.</summary>
    public static IEnumerable<TargetRow> PeakMemory()
    {
        double? ratio = DeitTinyPatch16_224.Description.TrainingPlan is null ? null : PeakStep.Measure(handWritten: false) / PeakStep.Measure(handWritten: true);
        return [TargetRow.AtMost("peak memory of a train step, deit_tiny_patch16_224, batch 16", Idiomatic, ratio, 0.55)];
    }

    /// <summary>What stochastic depth saves.</summary>
    public static IEnumerable<TargetRow> StochasticDepth(int rounds)
    {
        const double rate = 0.5;
        const string against = "the same without it";
        DepthTimings? timings = DepthSweep.Measure(ModelPath.Fused, DropPathMode.Sample, rate, LargeBatch, rounds);
        return
        [
            TargetRow.AtMost("train step deit_tiny_patch16_224, batch 16, stochastic depth 0.5 in every block", against, Ratio(timings?.Constant), 0.60),
            TargetRow.AtMost("train step deit_tiny_patch16_224, batch 16, stochastic depth rising linearly to 0.5", against, Ratio(timings?.Rising), 0.82),
        ];

        double? Ratio(Timing? timing) => timing?.RatioTo(timings!.Without).Median;
    }

    private static (double? Ratio, double? Share) Measure(ModelPair pair, int rounds)
    {
        pair.RequireSameLoss();
        if (pair.TrainFused() is not { } fused) return default;
        using var sgemm = new Sgemm();
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, new("fused", fused), new(Idiomatic, pair.TrainIdiomatic()), sgemm.Candidate);
        return (timings[0].RatioTo(timings[1]).Median, ShareOf(timings[0], timings[2], pair.Description, LargeBatch));
    }

    private static TargetRow ShareOf(string work, RegisteredModelAttribute registered, int rounds)
    {
        manual_seed(Seed);
        using IVisionModel model = registered.Create(new() { DropPath = 0 });
        using var batch = new ModelBatch(model.Description, SmallBatch);
        using ModelStep? step = ModelStep.Create(ModelPath.Fused, model, batch, train: true);
        if (step is null) return TargetRow.AtLeast(work, SgemmRate, null, Share);
        using var sgemm = new Sgemm();
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, new("fused", step.Run), sgemm.Candidate);
        return TargetRow.AtLeast(work, SgemmRate, ShareOf(timings[0], timings[1], model.Description, SmallBatch), Share);
    }

    private static double ShareOf(Timing step, Timing sgemm, ModelDescription description, int batch) =>
        ModelStep.Operations(description, batch, train: true) / Sgemm.Operations * sgemm.RatioTo(step).Median;
}
