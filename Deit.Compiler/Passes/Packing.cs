using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Passes;

/// <summary>A time in which memory is needed: from one instruction to another, both included.</summary>
internal readonly record struct Interval(int Begin, int End);

/// <summary>What is given a place: a matrix, or a region of a unit.</summary>
/// <param name="Key">The matrix, or the unit's path.</param>
/// <param name="Region">Its region.</param>
/// <param name="Elements">Its extent.</param>
/// <param name="Uses">When it is in use.</param>
internal sealed record PackedItem(object Key, Region Region, long Elements, ImmutableArray<Interval> Uses)
{
    /// <summary>Whether both are in use at some time.</summary>
    public bool Meets(PackedItem other) => Uses.Any(use => other.Uses.Any(of => of.Begin <= use.End && use.Begin <= of.End));
}

/// <summary>
/// Puts items into one memory, so that those in use at the same time do not overlap. It is done greedily, in two orders of which the better is
/// taken (Pisarchyk and Lee, arXiv 2001.03288, section 5): the largest first, and first what is in use when most is.
/// </summary>
internal static class Packing
{
    /// <summary>Elements of a cache line: where matrices may begin.</summary>
    private const long Alignment = 16;

    /// <summary>Packs items.</summary>
    /// <param name="items">The items.</param>
    /// <returns>Where each begins, and the elements that all take together.</returns>
    public static (IReadOnlyDictionary<PackedItem, long> Offsets, long Elements) Pack(IReadOnlyCollection<PackedItem> items)
    {
        PackedItem[] bySize = [.. items.OrderByDescending(static item => item.Elements)];
        Dictionary<PackedItem, long> breadths = Breadths(bySize);
        (IReadOnlyDictionary<PackedItem, long> Offsets, long Elements) first = Place(bySize);
        (IReadOnlyDictionary<PackedItem, long> Offsets, long Elements) second = Place(bySize.OrderByDescending(item => breadths[item]));
        return second.Elements < first.Elements ? second : first;
    }

    /// <summary>Puts items into what is free, while they are in use, of a memory that is packed already: the largest first, as far as they fit.</summary>
    /// <param name="items">The items.</param>
    /// <param name="packed">What lies there, and where.</param>
    /// <param name="elements">The extent of the memory.</param>
    /// <returns>Where those begin that fit.</returns>
    public static IReadOnlyDictionary<PackedItem, long> Lodge(IEnumerable<PackedItem> items, IReadOnlyDictionary<PackedItem, long> packed, long elements)
    {
        var taken = packed.ToDictionary(static place => place.Key, static place => place.Value);
        var lodged = new Dictionary<PackedItem, long>();
        foreach (PackedItem item in items.OrderByDescending(static item => item.Elements))
        {
            long offset = Lowest(item, taken.Where(other => item.Meets(other.Key)));
            if (offset + item.Elements > elements) continue;

            taken.Add(item, offset);
            lodged.Add(item, offset);
        }

        return lodged;
    }

    private static (IReadOnlyDictionary<PackedItem, long> Offsets, long Elements) Place(IEnumerable<PackedItem> items)
    {
        long end = 0;
        var offsets = new Dictionary<PackedItem, long>();
        foreach (PackedItem item in items)
        {
            offsets.Add(item, Lowest(item, offsets.Where(other => item.Meets(other.Key))));
            end = Math.Max(end, Aligned(offsets[item] + item.Elements));
        }

        return (offsets, end);
    }

    /// <summary>The lowest offset at which an item overlaps none of those that it meets.</summary>
    private static long Lowest(PackedItem item, IEnumerable<KeyValuePair<PackedItem, long>> others)
    {
        long offset = 0;
        foreach (KeyValuePair<PackedItem, long> other in others.OrderBy(static other => other.Value))
        {
            if (offset + item.Elements <= other.Value) break;
            offset = Math.Max(offset, Aligned(other.Value + other.Key.Elements));
        }

        return offset;
    }

    /// <summary>The most that is in use at one of the instructions at which each item is.</summary>
    private static Dictionary<PackedItem, long> Breadths(PackedItem[] items)
    {
        var alive = new long[items.SelectMany(static item => item.Uses).Select(static use => use.End + 1).DefaultIfEmpty().Max()];
        foreach (PackedItem item in items)
        {
            foreach (int place in Places(item)) alive[place] += item.Elements;
        }

        return items.ToDictionary(static item => item, item => Places(item).Max(place => alive[place]));

        static IEnumerable<int> Places(PackedItem item) => item.Uses.SelectMany(static use => Enumerable.Range(use.Begin, use.End - use.Begin + 1));
    }

    private static long Aligned(long elements) => checked((elements + Alignment - 1) / Alignment * Alignment);
}
