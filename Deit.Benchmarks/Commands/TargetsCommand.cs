using Deit.Benchmarks.Targets;

namespace Deit.Benchmarks.Commands;

/// <summary>Every target of docs/performance.md, and whether this machine meets it.</summary>
internal static class TargetsCommand
{
    private static readonly Func<int, IEnumerable<TargetRow>>[] Measurements =
    [
        TrainingTargets.DeitTiny,
        TrainingTargets.Shares,
        static _ => TrainingTargets.PeakMemory(),
        OptimizerTarget.Measure,
        TrainingTargets.StochasticDepth,
        InferenceTargets.Measure,
        TrainingTargets.RegNetY002,
    ];

    /// <summary>Runs the benchmarks.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        arguments.RequireNoMore();

        TargetRow[] rows = [.. Measurements.SelectMany(measure => measure(rounds))];
        foreach (TargetRow row in rows.Where(static row => row.Value is null)) output.Warn($"left out, since no code is generated for it yet: {row.Work}");
        output.WriteRows(
            $"Targets: medians of {rounds} interleaved rounds.",
            [.. rows.Where(static row => row.Value is not null)],
            new("work", static row => row.Work),
            new("against", static row => row.Against),
            new("value", "F3", static row => row.Value!.Value),
            new("target", "F2", static row => row.Target),
            new("met", static row => row.Met ? "yes" : "no"));
    }
}
