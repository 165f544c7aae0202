using Deit.Benchmarking;
using Deit.Benchmarks.Data;

namespace Deit.Benchmarks.Commands;

/// <summary>Photos on their way into batches: decoders, the whole training transform, and the same in Pillow.</summary>
internal static class DataCommand
{
    private const int DefaultRounds = 3;

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        Photos photos = Photos.Asked(arguments);
        string? script = arguments.Text("--pillow");
        string python = arguments.Text("--python") ?? "python3";
        int rounds = arguments.Number("--rounds", DefaultRounds);
        arguments.RequireNoMore();

        PillowPace? before = script is null ? null : PillowPace.Measure(python, script, photos);
        IReadOnlyList<Timing> timings = Interleaved.Measure(rounds, [.. PhotoWork.Decoders(photos), .. PhotoWork.Loaders(photos)]);
        PillowPace? pillow = before?.Faster(PillowPace.Measure(python, script!, photos));

        IEnumerable<Row> rows = timings.Select(timing => Row.Of(timing, photos.Count, pillow));
        if (pillow is not null) rows = rows.Append(new("Pillow: decode", pillow.Decode, 1)).Append(new("Pillow: training transform", pillow.Transform, 1));
        output.Write(
            $"{photos.Count} photos, images a second: the best of {rounds} rounds; Pillow, on one core, the better of before and after.",
            [.. rows],
            new("what", static row => row.What),
            new("images/s", "F1", static row => row.ImagesPerSecond),
            new("to Pillow", static row => row.ToPillow is { } ratio ? FormattableString.Invariant($"{ratio:F2}") : "-"));
    }

    private sealed record Row(string What, double ImagesPerSecond, double? ToPillow)
    {
        public static Row Of(Timing timing, int images, PillowPace? pillow)
        {
            double pace = images * 1000 / timing.Times.Min();
            double? other = timing.Candidate.StartsWith(PhotoWork.Decoding, StringComparison.Ordinal) ? pillow?.Decode : pillow?.Transform;
            return new(timing.Candidate, pace, pace / other);
        }
    }
}
