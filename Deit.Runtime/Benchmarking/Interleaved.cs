using System.Collections.Immutable;
using System.Diagnostics;

namespace Deit.Benchmarking;

/// <summary>
/// Times candidates in turns, so that a machine that slows down for a while slows all of them: the ratios hold where the
/// times do not.
/// </summary>
public static class Interleaved
{
    /// <summary>How many rounds are measured unless told otherwise.</summary>
    public const int DefaultRounds = 11;

    private const int WarmUpRounds = 2;

    // What is shorter is repeated: its caches are its own then, not what the candidate before it left there.
    private const double TurnMilliseconds = 50;

    // Thread pools spin after their work, ONNX Runtime's for tens of milliseconds, and would take the time of the next candidate's.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Gives every candidate a turn a round; each round begins with another one, so that none always follows the same.</summary>
    /// <param name="rounds">Rounds to measure, after some that warm up; at least 1.</param>
    /// <param name="candidates">What to time.</param>
    /// <returns>The timings in the order of the candidates.</returns>
    public static ImmutableArray<Timing> Measure(int rounds, params IReadOnlyList<Candidate> candidates)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        double[][] times = [.. candidates.Select(_ => new double[rounds])];
        int[] repeats = [.. candidates.Select(static _ => 1)];
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            for (int turn = 0; turn < candidates.Count; turn++)
            {
                int candidate = (round + WarmUpRounds + turn) % candidates.Count;
                Thread.Sleep(Pause);
                double time = Time(candidates[candidate].Run, repeats[candidate]);
                if (round >= 0) times[candidate][round] = time;
                else repeats[candidate] = (int)Math.Max(1, Math.Ceiling(TurnMilliseconds / time));
            }
        }

        return [.. candidates.Zip(times, static (candidate, own) => new Timing(candidate.Name, [.. own]))];
    }

    private static double Time(Action run, int repeats)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++) run();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds / repeats;
    }
}
