using System.Collections.Immutable;

namespace Deit.Benchmarks.Commands;

/// <summary>What stochastic depth saves: training steps of deit_tiny at several rates.</summary>
internal static class DepthCommand
{
    private const int DefaultBatch = 16;

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        int batch = arguments.Number("--batch", DefaultBatch);
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        arguments.RequireNoMore();

        Row[] rows = [.. Enum.GetValues<ModelPath>().SelectMany(path => Measure(path, batch, rounds))];
        output.Write(
            $"Training step of deit_tiny under stochastic depth, batch {batch}: medians of {rounds} rounds; ratio of times to the same path without it; the middle half of the ratios.",
            rows,
            new("path", static row => row.Path),
            new("rate", "F1", static row => row.Rate),
            new("over the blocks", static row => row.Schedule),
            new("ms", "F1", static row => row.Milliseconds),
            new("ratio", "F3", static row => row.Ratio.Median),
            new("middle half", static row => row.Ratio.ToString()));
    }

    private static IEnumerable<Row> Measure(ModelPath path, int batch, int rounds)
    {
        using var sweep = new DepthSweep(batch);
        ImmutableArray<DepthTiming> timings = sweep.Measure(rounds, path, 0.1, 0.3, 0.5);
        return timings.Select(timing => new Row(
            path == ModelPath.Fused ? "fused" : "reference", timing.Rate, timing.Rises ? "rising from 0" : "constant", timing.Milliseconds, timing.Ratio));
    }

    private sealed record Row(string Path, double Rate, string Schedule, double Milliseconds, Quartiles Ratio);
}
