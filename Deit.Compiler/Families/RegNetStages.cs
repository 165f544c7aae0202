using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>One stage of a RegNet.</summary>
/// <param name="Depth">Number of blocks.</param>
/// <param name="Width">Number of channels.</param>
/// <param name="GroupWidth">Number of channels in a group; at most the width.</param>
internal sealed record RegNetStage(long Depth, long Width, long GroupWidth);

/// <summary>Finds a RegNet's stages: stated one by one, or by the numbers of the design space (arXiv 2003.13678, section 3.3).</summary>
internal static class RegNetStages
{
    private const int Quantum = 8;
    private const long MostBlocks = 1000;

    private static readonly ImmutableArray<string> Lists = ["depths", "widths"];
    private static readonly ImmutableArray<string> DesignSpace = ["w0", "wa", "wm", "depth"];

    /// <summary>The stages of a spec that <see cref="Check"/> accepts.</summary>
    public static ImmutableArray<RegNetStage> Of(SpecTable spec)
    {
        long groupWidth = spec.Integer("group_width");
        if (spec.States("widths"))
        {
            return [.. spec.Integers("depths").Zip(spec.Integers("widths"), (depth, width) => new RegNetStage(depth, width, Math.Min(groupWidth, width)))];
        }

        return [.. Quantised(spec).GroupBy(static width => width).Select(stage =>
        {
            long group = Math.Min(groupWidth, stage.Key);
            return new RegNetStage(stage.Count(), (long)Math.Round((double)stage.Key / group) * group, group);
        })];
    }

    /// <summary>The keys of the other way to state stages, where a spec states one.</summary>
    public static ImmutableArray<string> ReplacedBy(SpecTable own) =>
        Lists.Any(own.States) ? DesignSpace : DesignSpace.Any(own.States) ? Lists : [];

    /// <summary>What contradicts itself.</summary>
    public static IEnumerable<SpecFinding> Check(SpecTable spec)
    {
        string[] listed = [.. Lists.Where(spec.States)];
        string[] designed = [.. DesignSpace.Where(spec.States)];
        if (listed.Length > 0 && designed.Length > 0)
        {
            return [new(Rules.ContradictingKeys, designed[0], $"{{{designed[0]}}} and {{{listed[0]}}} exclude each other: state {{depths}} and {{widths}}, or {{w0}}, {{wa}}, {{wm}} and {{depth}}")];
        }

        string[] missing = listed.Length > 0 ? [.. Lists.Except(listed)]
            : designed.Length > 0 ? [.. DesignSpace.Except(designed)]
            : [.. Lists];
        return missing.Length > 0
            ? [.. missing.Select(static key => new SpecFinding(Rules.MissingKey, key, $"{{{key}}} is missing: state {{depths}} and {{widths}}, or {{w0}}, {{wa}}, {{wm}} and {{depth}}"))]
            : listed.Length > 0 ? CheckListed(spec) : CheckDesigned(spec);
    }

    private static IEnumerable<SpecFinding> CheckListed(SpecTable spec)
    {
        EquatableArray<long> widths = spec.Integers("widths");
        EquatableArray<long> depths = spec.Integers("depths");
        if (widths.Count != depths.Count)
        {
            yield return new(Rules.ContradictingKeys, "widths", $"{{widths}} has {widths.Count} stages and {{depths}} has {depths.Count}");
        }

        long blocks = depths.Sum();
        if (blocks > MostBlocks)
        {
            yield return new(Rules.ValueNotAccepted, "depths", $"{{depths}} has {Spelling.Grouped(blocks)} blocks in all stages together; it must be at most {Spelling.Grouped(MostBlocks)}");
        }

        for (int i = 0; i < widths.Count; i++)
        {
            long group = Math.Min(spec.Integer("group_width"), widths[i]);
            if (widths[i] % group == 0) continue;
            string key = string.Format(CultureInfo.InvariantCulture, "widths.{0}", i);
            ImmutableArray<long> near = Nearest.Multiples(widths[i], group, spec.Schema.Find("widths")!.Maximum);
            yield return new(Rules.GroupWidthMismatch, key,
                $"stage {i + 1}: width {widths[i]} is not divisible by {{group_width}} {group}; try {string.Join(" or ", near)}")
            {
                Fixes = new(near.Select(width => Fix.Of(key, width))),
            };
        }
    }

    private static IEnumerable<SpecFinding> CheckDesigned(SpecTable spec)
    {
        long initial = spec.Integer("w0");
        if (initial % Quantum != 0)
        {
            yield return new(Rules.ValueNotAccepted, "w0", $"{{w0}} {initial} is not a multiple of {Quantum}; try {initial / Quantum * Quantum} or {((initial / Quantum) + 1) * Quantum}");
        }
    }

    /// <summary>The width of every block: a line (equation 2), snapped to powers of wm (equations 3 and 4), then to multiples of 8.</summary>
    private static IEnumerable<long> Quantised(SpecTable spec)
    {
        double initial = spec.Integer("w0");
        double ratio = spec.Number("wm");
        for (int block = 0; block < spec.Integer("depth"); block++)
        {
            double width = initial + (spec.Number("wa") * block);
            double exponent = Math.Round(Math.Log(width / initial) / Math.Log(ratio));
            yield return (long)Math.Round(initial * Math.Pow(ratio, exponent) / Quantum) * Quantum;
        }
    }
}
