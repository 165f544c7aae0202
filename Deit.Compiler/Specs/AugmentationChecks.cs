using System.Collections.Generic;
using Deit.Compiler.Augmentation;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>What single keys of an augmentation cannot say about themselves.</summary>
internal static class AugmentationChecks
{
    /// <summary>What is wrong with the augmentation of a recipe.</summary>
    public static IEnumerable<SpecFinding> Check(SpecTable recipe)
    {
        foreach (string key in new[] { "augmentation.scale", "augmentation.ratio" })
        {
            if (Range(recipe, key) is { } finding) yield return finding;
        }

        const string Policy = "augmentation.auto_augment";
        if (recipe.TextOrNull(Policy) is { } policy && PolicyGrammar.Read(policy, out _) is { } wrong)
        {
            yield return new(Rules.ValueNotAccepted, Policy, $"{Policy}: {wrong}");
        }

        const string Jitter = "augmentation.color_jitter";
        if (recipe.Find(Jitter) is not EquatableArray<double> jitter) yield break;
        if (jitter.Count is not (1 or 3 or 4))
        {
            yield return new(
                Rules.ValueNotAccepted,
                Jitter,
                $"{Jitter}: {jitter.Count} numbers are not accepted; give one, or brightness, contrast and saturation, or these and hue");
        }
        else if (jitter.Count == 4 && jitter[3] > 0.5)
        {
            yield return new(Rules.ValueNotAccepted, Jitter, $"{Jitter}: a hue of {Spelling.Number(jitter[3])} is not accepted; it must be from 0 to 0.5");
        }
    }

    /// <summary>What is wrong with a range, or null.</summary>
    public static SpecFinding? Range(SpecTable recipe, string key)
    {
        if (recipe.Find(key) is not EquatableArray<double> range) return null;
        return range.Count == 2 && range[0] <= range[1]
            ? null
            : new(Rules.ValueNotAccepted, key, $"{key}: expected two numbers, the smaller first");
    }
}
