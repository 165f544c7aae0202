using System.Collections.Immutable;

namespace Deit.Benchmarking;

/// <summary>Something to time.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Run">Does it once.</param>
public sealed record Candidate(string Name, Action Run);

/// <summary>How long a candidate took.</summary>
/// <param name="Candidate">Its name.</param>
/// <param name="Times">Milliseconds of one run, for every round.</param>
public sealed record Timing(string Candidate, ImmutableArray<double> Times)
{
    /// <summary>The median of its times.</summary>
    public double Milliseconds => Quartiles.Of(Times).Median;

    /// <summary>Its times, each divided by another candidate's time in the same round.</summary>
    /// <param name="other">A candidate of the same rounds.</param>
    public Quartiles RatioTo(Timing other) => Quartiles.Of(Times.Zip(other.Times, static (own, others) => own / others));
}
