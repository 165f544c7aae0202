using System.Diagnostics;
using Deit.Augmentation;
using Deit.Benchmarks.Data;
using Deit.Data;

namespace Deit.Benchmarks.Commands;

/// <summary>Every operator of the augmentation on an image of the model's size, on one thread. The whole transform is <see cref="DataCommand"/>'s.</summary>
internal static class AugmentCommand
{
    private const int Size = 224;
    private const int Repeats = 10;
    private const int WarmUpMilliseconds = 500;

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        Photos photos = Photos.Asked(arguments);
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        arguments.RequireNoMore();

        output.Write(
            $"Operators on an image of {Size}x{Size}, bicubic: medians of {rounds} rounds.",
            [.. MeasureOperators(photos, rounds)],
            new("operator", static row => row.Name),
            new("ms", "F3", static row => row.Milliseconds));
    }

    private static IEnumerable<OperatorRow> MeasureOperators(Photos photos, int rounds)
    {
        using RgbImage whole = photos.Load(0);
        using RgbImage image = Resampling.Resize(whole, Size, Size, ResamplingFilter.Bicubic);
        foreach (ImageOperator op in ImageOperators.All)
        {
            double? argument = op.Argument == ArgumentKind.None ? null : op.Name switch
            {
                "Rotate" => 27,
                "Posterize" or "PosterizeIncreasing" or "PosterizeOriginal" or "GaussianBlur" => 1,
                "Solarize" or "SolarizeIncreasing" or "SolarizeAdd" => 99,
                "TranslateX" or "TranslateY" => 50.4,
                _ => 0.27,
            };
            yield return new(op.Name, Median(rounds, () => op.Apply(image, argument, OperatorSettings.Default).Dispose()));
        }
    }

    private static double Median(int rounds, Action action)
    {
        // Long enough for the last tier of compilation.
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < WarmUpMilliseconds) action();
        double[] times = [.. Enumerable.Range(0, rounds).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Repeats; i++) action();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds / Repeats;
        }).Order()];
        return times[times.Length / 2];
    }

    private sealed record OperatorRow(string Name, double Milliseconds);
}
