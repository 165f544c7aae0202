using Deit.Benchmarking;
using Deit.Benchmarks.Teaching;

namespace Deit.Benchmarks.Commands;

/// <summary>What a teacher's stored answers save: an epoch of a student with them, beside one whose teacher answers meanwhile.</summary>
internal static class TeachCommand
{
    private const int DefaultBatch = 64;

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        int batch = arguments.Number("--batch", DefaultBatch);
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        arguments.RequireNoMore();

        using var epochs = new TaughtEpochs(batch);
        var with = new double[rounds];
        var without = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            // Each round begins with the other one.
            bool cachedFirst = round % 2 == 0;
            (cachedFirst ? with : without)[round] = epochs.Milliseconds(cachedFirst);
            (cachedFirst ? without : with)[round] = epochs.Milliseconds(!cachedFirst);
        }

        var asked = new Timing("teacher answers meanwhile", [.. without]);
        Row[] rows =
        [
            Row.Of(asked, asked),
            Row.Of(new("teacher answered before", [.. with]), asked),
            new("answering beforehand, once", epochs.AnsweringMilliseconds, null, "-"),
        ];
        (ModelDescription student, ModelDescription teacher) = (TaughtEpochs.Student, TaughtEpochs.Teacher);
        output.Write(
            FormattableString.Invariant(
                $"An epoch of {student.Name} on the digits, batch {batch}; its teacher {teacher.Name} has {(double)teacher.Parameters / student.Parameters:F1} times its parameters and {(double)teacher.Macs / student.Macs:F1} times its MACs: medians of {rounds} rounds; ratio to the first row; the middle half of the ratios."),
            rows,
            new("epoch", static row => row.What),
            new("ms", "F0", static row => row.Milliseconds),
            new("ratio", static row => row.Ratio is { } ratio ? FormattableString.Invariant($"{ratio:F3}") : "-"),
            new("middle half", static row => row.MiddleHalf));
    }

    private sealed record Row(string What, double Milliseconds, double? Ratio, string MiddleHalf)
    {
        public static Row Of(Timing timing, Timing other)
        {
            Quartiles ratio = timing.RatioTo(other);
            return new(timing.Candidate, timing.Milliseconds, ratio.Median, ratio.ToString());
        }
    }
}
