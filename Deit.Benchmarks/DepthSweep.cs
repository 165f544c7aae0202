using System.Collections.Immutable;
using Deit.Models;
using Deit.Modules;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>Training steps of deit_tiny at a rate of stochastic depth, constant over the blocks and rising, beside the same without it.</summary>
internal static class DepthSweep
{
    private const int Seed = 0;

    /// <summary>The rates that there are models for.</summary>
    public static ImmutableArray<double> Rates { get; } = [0.1, 0.3, 0.5];

    /// <summary>Times the three steps in turns.</summary>
    /// <param name="path">The path to train on.</param>
    /// <param name="mode">What a branch is left out of.</param>
    /// <param name="rate">One of <see cref="Rates"/>.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="rounds">Turns each.</param>
    /// <returns>Nothing where the path does not exist.</returns>
    public static DepthTimings? Measure(ModelPath path, DropPathMode mode, double rate, int batch, int rounds)
    {
        using var images = new ModelBatch(DeitTinyPatch16_224.Description, batch);
        manual_seed(Seed);
        using IVisionModel without = Rising(mode, 0);
        using IVisionModel constant = Constant(mode, rate);
        using IVisionModel rising = Rising(mode, rate);
        using ModelStep? withoutStep = ModelStep.Create(path, without, images, train: true);
        using ModelStep? constantStep = ModelStep.Create(path, constant, images, train: true);
        using ModelStep? risingStep = ModelStep.Create(path, rising, images, train: true);
        if (withoutStep is null || constantStep is null || risingStep is null) return null;

        ImmutableArray<Timing> timings = Interleaved.Measure(
            rounds, new("without", withoutStep.Run), new("constant", constantStep.Run), new("rising from 0", risingStep.Run));
        return new(timings[0], timings[1], timings[2]);
    }

    private static IVisionModel Rising(DropPathMode mode, double rate) =>
        mode == DropPathMode.Sample ? new DeitTinyPatch16_224(new() { DropPath = rate }) : new DeitTinyBatchDepth(new() { DropPath = rate });

    private static IVisionModel Constant(DropPathMode mode, double rate) => (mode, rate) switch
    {
        (DropPathMode.Sample, 0.1) => new DeitTinyDepth10(),
        (DropPathMode.Sample, 0.3) => new DeitTinyDepth30(),
        (DropPathMode.Sample, 0.5) => new DeitTinyDepth50(),
        (DropPathMode.Batch, 0.1) => new DeitTinyBatchDepth10(),
        (DropPathMode.Batch, 0.3) => new DeitTinyBatchDepth30(),
        (DropPathMode.Batch, 0.5) => new DeitTinyBatchDepth50(),
        _ => throw new ArgumentOutOfRangeException(nameof(rate), rate, "No model is declared with this rate."),
    };
}

/// <summary>How long the steps took.</summary>
/// <param name="Without">Without stochastic depth.</param>
/// <param name="Constant">With the rate in every block.</param>
/// <param name="Rising">With a rate that rises from 0 over the blocks.</param>
internal sealed record DepthTimings(Timing Without, Timing Constant, Timing Rising);
