using Deit.Benchmarks.Data;

namespace Deit.Benchmarks.Commands;

/// <summary>
/// How long a training step of deit_tiny waits for its photos, with DeiT's whole augmentation, and what making them takes from the step: beside
/// the same step on a batch in memory, on the same cores.
/// </summary>
internal static class WaitingCommand
{
    private const int DefaultBatch = 16;
    private const int DefaultRounds = 5;
    private const int DefaultSteps = 10;

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        Photos photos = Photos.Asked(arguments);
        int batch = arguments.Number("--batch", DefaultBatch);
        int rounds = arguments.Number("--rounds", DefaultRounds);
        int steps = arguments.Number("--steps", DefaultSteps);
        arguments.RequireNoMore();

        using var fed = new FedSteps(photos, batch, steps);
        (string Name, Func<Pace> Run)[] candidates =
        [
            ("a batch in memory", fed.FromMemory),
            ("loader, 1 worker, decoded whole", () => fed.FromLoader(1, fastDecode: false)),
            ("loader, 2 workers, decoded whole", () => fed.FromLoader(2, fastDecode: false)),
            ("loader, 2 workers, no more decoded than needed", () => fed.FromLoader(2, fastDecode: true)),
        ];

        // In turns, so that what the machine does meanwhile hits all alike.
        var paces = candidates.ToDictionary(static candidate => candidate.Name, static _ => new List<Pace>());
        for (int round = 0; round < rounds; round++)
        {
            foreach ((string name, Func<Pace> run) in candidates) paces[name].Add(run());
        }

        double fromMemory = Median(paces[candidates[0].Name], static pace => pace.ImagesPerSecond);
        output.Write(
            $"Training steps of deit_tiny, batch {batch}, on {photos.Count} photos: medians of {rounds} rounds of {steps} steps.",
            [.. candidates.Select(candidate => Row.Of(candidate.Name, paces[candidate.Name], fromMemory))],
            new("fed by", static row => row.Source),
            new("images/s", "F1", static row => row.ImagesPerSecond),
            new("to memory", "F2", static row => row.ToMemory),
            new("% waiting", "F2", static row => row.WaitingPercent));
    }

    private static double Median(IEnumerable<Pace> paces, Func<Pace, double> value) => Benchmarking.Quartiles.Of(paces.Select(value)).Median;

    private sealed record Row(string Source, double ImagesPerSecond, double ToMemory, double WaitingPercent)
    {
        public static Row Of(string source, IReadOnlyList<Pace> paces, double fromMemory)
        {
            double pace = Median(paces, static pace => pace.ImagesPerSecond);
            return new(source, pace, pace / fromMemory, 100 * Median(paces, static pace => pace.Waiting));
        }
    }
}
