using System.Collections.Immutable;
using System.Diagnostics;

namespace Deit.Benchmarks;

/// <summary>Something to time.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Run">Does it once.</param>
internal sealed record Candidate(string Name, Action Run);

/// <summary>How long a candidate took.</summary>
/// <param name="Candidate">Its name.</param>
/// <param name="Times">Milliseconds of every round.</param>
internal sealed record Timing(string Candidate, ImmutableArray<double> Times)
{
    /// <summary>The median of its times.</summary>
    public double Milliseconds => Quartiles.Of(Times).Median;

    /// <summary>Its times, each divided by another candidate's time in the same round.</summary>
    public Quartiles RatioTo(Timing other) => Quartiles.Of(Times.Zip(other.Times, static (own, others) => own / others));
}

/// <summary>The middle of some values, and how far their middle half reaches: far, where the machine was busy.</summary>
internal sealed record Quartiles(double Lower, double Median, double Upper)
{
    /// <summary>The quartiles of at least one value, interpolated between neighbours.</summary>
    public static Quartiles Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new(At(0.25), At(0.5), At(0.75));

        double At(double share)
        {
            double place = share * (sorted.Length - 1);
            int below = (int)place;
            int above = Math.Min(below + 1, sorted.Length - 1);
            return double.Lerp(sorted[below], sorted[above], place - below);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Lower:F3}-{Upper:F3}");
}

/// <summary>
/// Times candidates in turns, so that a machine that slows down for a while slows all of them: the ratios hold where the
/// times do not.
/// </summary>
internal static class Interleaved
{
    /// <summary>How many rounds are measured unless told otherwise.</summary>
    public const int DefaultRounds = 11;

    private const int WarmUpRounds = 2;

    /// <summary>Runs every candidate once a round; each round begins with another one, so that none always follows the same.</summary>
    /// <param name="rounds">Rounds to measure, after some that warm up.</param>
    /// <param name="candidates">What to time.</param>
    /// <returns>The timings in the order of the candidates.</returns>
    public static ImmutableArray<Timing> Measure(int rounds, params IReadOnlyList<Candidate> candidates)
    {
        double[][] times = [.. candidates.Select(_ => new double[rounds])];
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            for (int turn = 0; turn < candidates.Count; turn++)
            {
                int candidate = (round + WarmUpRounds + turn) % candidates.Count;
                double time = Time(candidates[candidate].Run);
                if (round >= 0) times[candidate][round] = time;
            }
        }

        return [.. candidates.Zip(times, static (candidate, own) => new Timing(candidate.Name, [.. own]))];
    }

    private static double Time(Action run)
    {
        long begin = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}
