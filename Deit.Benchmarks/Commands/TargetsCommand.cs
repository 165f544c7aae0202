using Deit.Benchmarks.Targets;

namespace Deit.Benchmarks.Commands;

/// <summary>Every target of docs/performance.md, and whether this machine meets it.</summary>
internal static class TargetsCommand
{
    private static readonly (string Part, Func<int, IEnumerable<TargetRow>> Measure)[] Measurements =
    [
        ("training", TrainingTargets.DeitTiny),
        ("training", TrainingTargets.Shares),
        ("memory", static _ => TrainingTargets.PeakMemory()),
        ("optimizer", OptimizerTarget.Measure),
        ("depth", TrainingTargets.StochasticDepth),
        ("inference", InferenceTargets.Measure),
        ("training", TrainingTargets.RegNetY002),
    ];

    /// <summary>Runs the benchmarks.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        string[] parts = [.. Measurements.Select(static measurement => measurement.Part).Distinct()];
        string? only = arguments.Text("--only");
        if (only is not null && !parts.Contains(only)) throw new DeitException($"--only {only}: the parts are {string.Join(", ", parts)}.");
        arguments.RequireNoMore();

        TargetRow[] rows = [.. Measurements.Where(measurement => only is null || measurement.Part == only).SelectMany(measurement => measurement.Measure(rounds))];
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
