namespace Deit.Benchmarking;

/// <summary>The middle of some values, and how far their middle half reaches: far, where the machine was busy.</summary>
/// <param name="Lower">A quarter of the values is smaller.</param>
/// <param name="Median">Half of them is.</param>
/// <param name="Upper">Three quarters are.</param>
public sealed record Quartiles(double Lower, double Median, double Upper)
{
    /// <summary>The quartiles of at least one value, interpolated between neighbours.</summary>
    /// <param name="values">The values in any order.</param>
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
