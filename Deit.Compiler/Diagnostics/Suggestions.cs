using System;
using System.Collections.Generic;
using System.Linq;

namespace Deit.Compiler.Diagnostics;

/// <summary>Finds what the user probably meant.</summary>
public static class Suggestions
{
    private const int MostListed = 12;

    // Nobody mistypes a name of this length, and comparing texts of any length takes time and memory of any size.
    private const int LongestName = 100;

    /// <summary>
    /// The candidate nearest to <paramref name="text"/>: one that differs by a slip of the fingers, or the only one that begins
    /// with it; null where none is near enough to be meant.
    /// </summary>
    public static string? Nearest(string text, IEnumerable<string> candidates)
    {
        if (text.Length > LongestName) return null;
        candidates = candidates.Where(static candidate => candidate.Length <= LongestName);
        string[] continued = candidates.Where(candidate => text.Length > 2 && candidate.StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (continued.Length == 1) return continued[0];
        string? nearest = candidates.OrderBy(candidate => Distance(text, candidate)).ThenBy(static c => c, StringComparer.Ordinal).FirstOrDefault();
        return nearest is not null && Distance(text, nearest) <= Math.Max(2, text.Length / 3) ? nearest : null;
    }

    /// <summary>"Did you mean 'x'?", or a list of what there is.</summary>
    public static string Sentence(string text, IEnumerable<string> candidates)
    {
        string[] all = candidates.ToArray();
        if (Nearest(text, all) is { } nearest) return $"Did you mean '{nearest}'?";
        if (all.Length == 0) return "There are none.";
        string more = all.Length > MostListed ? $" and {all.Length - MostListed} more" : "";
        return $"Known: {string.Join(", ", all.Take(MostListed))}{more}.";
    }

    /// <summary>Edit distance in which a transposition of neighbours costs one (optimal string alignment), case ignored.</summary>
    private static int Distance(string left, string right)
    {
        var costs = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++) costs[i, 0] = i;
        for (int j = 0; j <= right.Length; j++) costs[0, j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            for (int j = 1; j <= right.Length; j++)
            {
                int change = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                int best = Math.Min(Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1, costs[i - 1, j - 1] + change);
                bool swapped = i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]);
                costs[i, j] = swapped ? Math.Min(best, costs[i - 2, j - 2] + 1) : best;
            }
        }

        return costs[left.Length, right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
