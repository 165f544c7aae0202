using System.Collections.Immutable;

namespace Deit.Studies;

/// <summary>A number that several runs gave.</summary>
/// <param name="Count">How many gave it; at least 1.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="StandardDeviation">The standard deviation of the sample, by n - 1; null of one run.</param>
public sealed record Spread(int Count, double Mean, double Minimum, double Maximum, double? StandardDeviation)
{
    /// <summary>The spread of the numbers that are there; null where none is.</summary>
    public static Spread? Of(IEnumerable<double?> values)
    {
        ImmutableArray<double> there = [.. values.OfType<double>().Where(double.IsFinite)];
        if (there.IsEmpty) return null;
        double mean = there.Average();
        double? deviation = there.Length > 1 ? Math.Sqrt(there.Sum(value => (value - mean) * (value - mean)) / (there.Length - 1)) : null;
        return new(there.Length, mean, there.Min(), there.Max(), deviation);
    }
}
