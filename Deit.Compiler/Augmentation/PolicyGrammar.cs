using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Augmentation;

/// <summary>
/// Reads policy strings as timm writes them: a name, and parts behind dashes, in any order (<c>rand-m9-mstd0.5-inc1</c>,
/// <c>original-mstd0.5</c>, <c>augmix-m5-w4-d2</c>, <c>3a</c>). Where timm ignores what it does not understand, this is an error.
/// </summary>
public static class PolicyGrammar
{
    private const string RandAugment = "rand";
    private const string AugMix = "augmix";
    private const int MostMagnitude = 1000;
    private const int MostChosen = 100;
    private const double UniformDeviation = 100;
    private const double Any = double.PositiveInfinity;

    private static readonly (string Key, string Meaning) Deviation = ("mstd", "standard deviation of the magnitude");

    private static readonly (string Key, string Meaning)[] RandAugmentKeys =
    [
        ("m", "magnitude"),
        ("n", "operators an image"),
        ("p", "probability of each"),
        Deviation,
        ("mmax", "greatest magnitude"),
        ("inc", "1: operators grow stronger with the magnitude"),
        ("t", "set of operators: weights, 3a or 3aw"),
    ];

    private static readonly (string Key, string Meaning)[] AugMixKeys =
    [
        ("m", "magnitude"),
        ("w", "number of chains"),
        ("d", "operators a chain"),
        ("a", "alpha of the mixing weights"),
        ("b", "1: blend in 8 bits"),
        Deviation,
    ];

    private static readonly string[] Sets = ["weights", "3a", "3aw"];

    /// <summary>Reads a policy string.</summary>
    /// <param name="text">The string.</param>
    /// <param name="policy">The policy, where there is nothing wrong with it.</param>
    /// <returns>What is wrong, in a sentence that names the part and what is accepted; null for nothing.</returns>
    public static string? Read(string text, out AugmentationPolicy? policy)
    {
        policy = null;
        string[] parts = text.Split('-');
        try
        {
            policy = Read(parts[0], parts.Skip(1));
            return null;
        }
        catch (PolicyException exception)
        {
            return $"the policy '{text}' cannot be used: {exception.Message}.";
        }
    }

    private static AugmentationPolicy Read(string name, IEnumerable<string> parts)
    {
        if (name == RandAugment) return ReadRandAugment(new(parts, RandAugmentKeys, textKey: "t"));
        if (name == AugMix) return ReadAugMix(new(parts, AugMixKeys));
        if (AutoAugmentPolicies.Find(name) is { } policy)
        {
            return policy with { MagnitudeDeviation = new PolicyParts(parts, [Deviation]).Number(Deviation.Key, 0, Any) };
        }

        string suggestion = Suggestions.Sentence(name, [RandAugment, AugMix, .. AutoAugmentPolicies.Names]);
        throw new PolicyException($"there is no policy '{name}'. {suggestion.TrimEnd('.')}");
    }

    private static RandAugmentPolicy ReadRandAugment(PolicyParts parts)
    {
        int magnitude = parts.Integer("m", (int)AugmentationPolicy.FullMagnitude, 0, MostMagnitude);
        double probability = parts.Number("p", 0.5, 1);
        double deviation = parts.Number(Deviation.Key, 0, Any);
        bool increasing = parts.Switch("inc");
        ImmutableArray<(string Name, double Weight)> weighted = [];
        ImmutableArray<string> names = increasing ? OperatorNames.Increasing : OperatorNames.RandAugment;
        switch (parts.Name("t", Sets))
        {
            case "weights":
                weighted = OperatorNames.Weighted;
                break;
            case "3aw":
                weighted = OperatorNames.WeightedThreeAugment;
                break;
            case "3a":
                names = OperatorNames.ThreeAugment;
                break;
        }

        // A weighted set is drawn from without putting back.
        if (weighted.Length > 0) names = weighted.Select(static choice => choice.Name).ToImmutableArray();
        int layers = parts.Integer("n", 2, 1, weighted.Length > 0 ? weighted.Length : MostChosen);
        return new(Steps(names, probability, magnitude), new(weighted.Select(static choice => choice.Weight)), layers)
        {
            MagnitudeDeviation = deviation > UniformDeviation ? double.PositiveInfinity : deviation,
            MagnitudeMaximum = parts.Integer("mmax", (int)AugmentationPolicy.FullMagnitude, 1, MostMagnitude),
        };
    }

    private static AugMixPolicy ReadAugMix(PolicyParts parts)
    {
        int magnitude = parts.Integer("m", 3, 0, MostMagnitude);
        int width = parts.Integer("w", 3, 1, MostChosen);
        int depth = parts.Integer("d", 0, 0, MostChosen);
        double alpha = parts.Number("a", 1, Any);
        if (alpha == 0) throw new PolicyException("'a' must be greater than 0");
        return new(Steps(OperatorNames.AugMix, 1, magnitude), width, depth, alpha, parts.Switch("b"))
        {
            MagnitudeDeviation = parts.Number(Deviation.Key, double.PositiveInfinity, Any),
        };
    }

    private static EquatableArray<PolicyStep> Steps(ImmutableArray<string> names, double probability, double magnitude) =>
        new(names.Select(name => new PolicyStep(name, probability, magnitude)));
}
