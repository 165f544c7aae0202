using System.Collections.Immutable;

namespace Deit.Benchmarks;

/// <summary>Times the two models of each pair and the matrix product in turns, and writes them side by side.</summary>
internal static class ModelTimings
{
    private const int DefaultBatch = 16;

    /// <summary>Makes the candidates of one pair: first the hand-written model, what the ratios refer to.</summary>
    public delegate IReadOnlyList<Candidate> Candidates(ModelPair pair);

    /// <summary>Measures and writes.</summary>
    /// <param name="arguments">Takes <c>--batch</c> and <c>--rounds</c>.</param>
    /// <param name="output">Where the results go.</param>
    /// <param name="what">What is measured.</param>
    /// <param name="train">Whether training steps are measured, in place of forward passes.</param>
    /// <param name="candidates">What is measured.</param>
    public static void Run(Arguments arguments, Output output, string what, bool train, Candidates candidates)
    {
        int batch = arguments.Number("--batch", DefaultBatch);
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        arguments.RequireNoMore();

        Row[] rows = [.. ModelPair.All(batch).SelectMany(create => Measure(create, batch, rounds, train, candidates))];
        output.Write(
            $"{what}, batch {batch}: medians of {rounds} rounds; ratio of times to the hand-written model (below 1: faster); the middle half of the ratios; share of sgemm's rate.",
            rows,
            new("model", static row => row.Model),
            new("candidate", static row => row.Candidate),
            new("ms", "F1", static row => row.Milliseconds),
            new("ratio", "F3", static row => row.Ratio.Median),
            new("middle half", static row => row.Ratio.ToString()),
            new("GFLOP/s", "F1", static row => row.Gigaflops),
            new("of sgemm", "P0", static row => row.ShareOfSgemm));
    }

    private static IEnumerable<Row> Measure(Func<ModelPair> create, int batch, int rounds, bool train, Candidates candidates)
    {
        using ModelPair pair = create();
        using var sgemm = new Sgemm();
        double operations = ModelStep.Operations(pair.Description, batch, train);
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, [.. candidates(pair), sgemm.Candidate]);
        return
        [
            .. timings.SkipLast(1).Select(timing => RowOf(pair.Description.Name, timing, operations)),
            RowOf("2048×2048 product", timings[^1], Sgemm.Operations),
        ];

        Row RowOf(string model, Timing timing, double work) => new(
            model,
            timing.Candidate,
            timing.Milliseconds,
            timing.RatioTo(timings[0]),
            Sgemm.Gigaflops(work, timing.Milliseconds),
            work / Sgemm.Operations * timings[^1].RatioTo(timing).Median);
    }

    private sealed record Row(string Model, string Candidate, double Milliseconds, Quartiles Ratio, double Gigaflops, double ShareOfSgemm);
}
