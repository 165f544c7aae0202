using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>What is known of a model beside its graph: where it was published, how its images are prepared, which weights there are.</summary>
/// <param name="Paper">Where it was published, an arXiv number or an address; null where nowhere.</param>
/// <param name="Preprocessing">How its images are prepared, as far as it is stated.</param>
/// <param name="Weights">The weights that were published for it, the usual ones first.</param>
public sealed record ModelFacts(string? Paper, SpecTable Preprocessing, EquatableArray<SpecTable> Weights)
{
    private const string WeightsKey = "weights";
    private const string PreprocessingKey = "preprocessing";

    private static readonly Regex ArXiv = new(@"^\d{4}\.\d{4,5}(v\d+)?\z", RegexOptions.CultureInvariant);
    private static readonly string[] PerChannel = ["mean", "std"];

    /// <summary>Of a model of which nothing is stated.</summary>
    public static ModelFacts None { get; } = new(null, new(ModelKeys.Preprocessing, default), default);

    /// <summary>The address of the paper; null where there is none.</summary>
    public string? PaperAddress => Paper is not null && ArXiv.IsMatch(Paper) ? $"https://arxiv.org/abs/{Paper}" : Paper;

    /// <summary>How images are prepared for some of the weights: as they state it, and for the rest as the model does.</summary>
    public SpecTable PreprocessingFor(SpecTable weights) =>
        Merge(weights.Entries.Where(static entry => ModelKeys.Preprocessing.Find(entry.Path) is not null), Preprocessing);

    /// <summary>Reads what a declaration states.</summary>
    /// <param name="stated">The values of <see cref="ModelKeys.All"/>.</param>
    /// <param name="channels">Channels of the images.</param>
    internal static (ModelFacts Facts, IReadOnlyList<SpecFinding> Findings) Read(SpecTable stated, long channels)
    {
        var findings = new List<SpecFinding>();
        string? paper = stated.TextOrNull("paper");
        if (paper is not null && !ArXiv.IsMatch(paper) && !IsAddress(paper))
        {
            findings.Add(new(Rules.ValueNotAccepted, "paper", $"{{paper}}: '{Spelling.Excerpt(paper)}' is neither an arXiv number, such as 2012.12877, nor an address that begins with https://"));
        }

        const string prefix = $"{PreprocessingKey}.";
        SpecTable preprocessing = SpecTable.Create(ModelKeys.Preprocessing, stated.Entries
            .Where(static entry => entry.Path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(static entry => entry with { Path = entry.Path.Substring(prefix.Length) }));
        findings.AddRange(CheckChannels(preprocessing, prefix, channels));

        RawTable[] tables = [.. (stated.Find(WeightsKey) as RawList)?.Items.OfType<RawTable>() ?? []];
        SpecTable[] weights = [.. tables.Select((table, i) => ReadWeights(table, FormattableString.Invariant($"{WeightsKey}.{i}"), channels, findings))];
        return (new(paper, preprocessing, new(weights)), findings);
    }

    /// <summary>What a derived model inherits: nothing that depends on the base's own weights.</summary>
    /// <param name="own">What it states itself.</param>
    /// <param name="sameChannels">Whether its images have the base's channels.</param>
    internal ModelFacts Derive(ModelFacts own, bool sameChannels)
    {
        IEnumerable<SpecEntry> kept = Preprocessing.Entries.Where(entry => sameChannels || !PerChannel.Contains(entry.Path));
        return new(own.Paper ?? Paper, Merge(own.Preprocessing.Entries, Preprocessing with { Entries = new(kept) }), own.Weights);
    }

    private static SpecTable ReadWeights(RawTable table, string path, long channels, List<SpecFinding> findings)
    {
        (SpecTable weights, IReadOnlyList<SpecFinding> wrong) = TableReader.Read(table, ModelKeys.Weights, path);
        findings.AddRange(wrong);
        findings.AddRange(CheckChannels(weights, $"{path}.", channels));
        if (weights.TextOrNull("url") is { } url && !IsAddress(url))
        {
            findings.Add(new(Rules.ValueNotAccepted, $"{path}.url", $"{{url}}: '{Spelling.Excerpt(url)}' is not an address that begins with https://"));
        }

        return weights;
    }

    private static IEnumerable<SpecFinding> CheckChannels(SpecTable preprocessing, string prefix, long channels) => PerChannel
        .Where(key => preprocessing.States(key) && preprocessing.CountOf(key) != channels)
        .Select(key => new SpecFinding(Rules.ContradictingKeys, prefix + key,
            $"{{{prefix}{key}}} has {preprocessing.CountOf(key)} values and {{channels}} is {channels}; state one for each channel"));

    private static SpecTable Merge(IEnumerable<SpecEntry> own, SpecTable rest)
    {
        SpecEntry[] stated = [.. own];
        return SpecTable.Create(ModelKeys.Preprocessing, stated.Concat(rest.Entries.Where(entry => stated.All(other => other.Path != entry.Path))));
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
