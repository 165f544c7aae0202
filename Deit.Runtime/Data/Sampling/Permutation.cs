namespace Deit.Data;

/// <summary>Random orders that depend on nothing but their seed.</summary>
public static class Permutation
{
    /// <summary>The numbers from 0 to <paramref name="count"/> - 1 in the order of an epoch (Fisher and Yates).</summary>
    public static int[] Of(long seed, int epoch, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RandomStream random = RandomStream.For(seed, epoch, index: 0, RandomPurpose.Shuffle);
        int[] order = [.. Enumerable.Range(0, count)];
        for (int last = count - 1; last > 0; last--)
        {
            int other = random.NextInt(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }
}
