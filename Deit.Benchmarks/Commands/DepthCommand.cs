using Deit.Modules;

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

        Row[] rows = [.. Enum.GetValues<ModelPath>().SelectMany(path => Enum.GetValues<DropPathMode>().SelectMany(mode => DepthSweep.Rates.SelectMany(rate => Measure(path, mode, rate, batch, rounds))))];
        output.Write(
            $"Training step of deit_tiny under stochastic depth, batch {batch}: medians of {rounds} rounds; ratio of times to the same path without it; the middle half of the ratios.",
            rows,
            new("path", static row => row.Path),
            new("dropped by", static row => row.Unit),
            new("over the blocks", static row => row.Schedule),
            new("rate", "F1", static row => row.Rate),
            new("ms", "F1", static row => row.Milliseconds),
            new("ratio", "F3", static row => row.Ratio.Median),
            new("middle half", static row => row.Ratio.ToString()));
    }

    private static IEnumerable<Row> Measure(ModelPath path, DropPathMode mode, double rate, int batch, int rounds)
    {
        string name = path == ModelPath.Fused ? "fused" : "reference";
        return DepthSweep.Measure(path, mode, rate, batch, rounds) is { } timings
            ? new[] { timings.Without, timings.Constant, timings.Rising }.Select(timing => new Row(
                name, mode == DropPathMode.Sample ? "image" : "batch", timing.Candidate, timing == timings.Without ? 0 : rate, timing.Milliseconds, timing.RatioTo(timings.Without)))
            : [];
    }

    private sealed record Row(string Path, string Unit, string Schedule, double Rate, double Milliseconds, Quartiles Ratio);
}
