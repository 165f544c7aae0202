using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>Chooses the images to judge by where a dataset does not: the same share of every class, once and for all.</summary>
internal static class StratifiedSplit
{
    // The split is part of what an accuracy means: never to change.
    private const long Seed = 20201223;

    /// <summary>The images chosen, in ascending order.</summary>
    /// <param name="labels">The class of every image.</param>
    /// <param name="share">The share of every class, from 0 to 1; rounded, halves up.</param>
    public static ImmutableArray<int> Choose(IReadOnlyList<int> labels, double share)
    {
        var chosen = new List<int>();
        foreach (IGrouping<int, int> ofClass in Enumerable.Range(0, labels.Count).GroupBy(index => labels[index]))
        {
            int[] indices = [.. ofClass];
            int count = (int)Math.Round(share * indices.Length, MidpointRounding.AwayFromZero);

            // The class stands where an epoch would: every class is permuted in its own way.
            chosen.AddRange(Permutation.Of(Seed, ofClass.Key, indices.Length).Take(count).Select(place => indices[place]));
        }

        return [.. chosen.Order()];
    }
}
