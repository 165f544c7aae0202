using System.Collections.Immutable;

namespace Deit.Benchmarks.Commands;

/// <summary>How long the source generator takes, as projects grow: from nothing, and after an edit of one spec.</summary>
internal static class GeneratorCommand
{
    private static readonly int[] SpecCounts = [1, 10, 100];

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        arguments.RequireNoMore();

        Row[] rows = [.. SpecCounts.SelectMany(specs => Measure(specs, rounds))];
        output.Write(
            $"Source generator, already compiled by the JIT: medians of {rounds} rounds; ratio of times to the run from nothing; the middle half of the ratios.",
            rows,
            new("run", static row => row.Run),
            new("specs", "F0", static row => row.Specs),
            new("ms", "F2", static row => row.Milliseconds),
            new("ms a spec", "F3", static row => row.Milliseconds / row.Specs),
            new("ratio", "F3", static row => row.Ratio.Median),
            new("middle half", static row => row.Ratio.ToString()));
    }

    private static IEnumerable<Row> Measure(int specs, int rounds)
    {
        var project = new SpecProject(specs);
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, new("from nothing", project.Generate), new("one spec edited", project.EditAndGenerate));
        return timings.Select(timing => new Row(specs, timing.Candidate, timing.Milliseconds, timing.RatioTo(timings[0])));
    }

    private sealed record Row(int Specs, string Run, double Milliseconds, Quartiles Ratio);
}
