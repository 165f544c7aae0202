using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Families;

/// <summary>The numbers that divide without a remainder, next to one that does not: what findings propose.</summary>
internal static class Nearest
{
    /// <summary>The multiples of <paramref name="unit"/> on both sides of <paramref name="number"/>, from 1 to <paramref name="greatest"/>.</summary>
    public static ImmutableArray<long> Multiples(long number, long unit, double greatest = double.PositiveInfinity)
    {
        long below = number / unit * unit;
        return [.. new[] { below, below + unit }.Where(multiple => multiple > 0 && multiple <= greatest)];
    }

    /// <summary>
    /// The divisor of <paramref name="number"/> nearest to <paramref name="near"/>, up to <paramref name="greatest"/>; the lesser of
    /// two that are equally near.
    /// </summary>
    public static long Divisor(long number, long near, double greatest = double.PositiveInfinity)
    {
        for (long distance = 0; ; distance++)
        {
            if (near - distance >= 1 && number % (near - distance) == 0) return near - distance;
            if (near + distance <= greatest && number % (near + distance) == 0) return near + distance;
        }
    }
}
