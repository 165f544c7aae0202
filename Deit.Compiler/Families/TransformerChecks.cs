using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>What can contradict itself in the declaration of a vision transformer.</summary>
internal static class TransformerChecks
{
    private static readonly ImmutableArray<string> PerBlock = ["heads", "mlp_ratio", "drop_path"];

    /// <summary>Every contradiction.</summary>
    public static IEnumerable<SpecFinding> Check(SpecTable spec) => [.. Lists(spec), .. Heads(spec), .. Patches(spec), .. Tokens(spec), .. Stem(spec)];

    private static IEnumerable<SpecFinding> Lists(SpecTable spec) => PerBlock
        .Where(key => spec.IsPerBlock(key) && spec.CountOf(key) != spec.Integer("depth"))
        .Select(key => new SpecFinding(Rules.BlockCountMismatch, key,
            $"{{{key}}} has {spec.CountOf(key)} values and {{depth}} is {spec.Integer("depth")}; state one for each block, or one for all"));

    private static IEnumerable<SpecFinding> Heads(SpecTable spec)
    {
        long width = spec.Integer("embed_dim");
        bool listed = spec.IsPerBlock("heads");
        long[] heads = listed ? spec.IntegersPerBlock("heads", 0) : [spec.Integer("heads")];
        for (int i = 0; i < heads.Length; i++)
        {
            if (width % heads[i] == 0) continue;
            ImmutableArray<long> widths = Nearest.Multiples(width, heads[i], spec.Schema.Find("embed_dim")!.Maximum);
            long divisor = Nearest.Divisor(width, heads[i], spec.Schema.Find("heads")!.Maximum);
            yield return listed
                ? new(Rules.WidthNotDivisibleByHeads, $"heads.{i}", $"blocks.{i}: {{embed_dim}} {width} is not divisible by {heads[i]} heads; try {divisor} heads")
                {
                    Fixes = new([Fix.Of($"heads.{i}", divisor)]),
                }
                : new(Rules.WidthNotDivisibleByHeads, "heads",
                    $"{{embed_dim}} {width} is not divisible by {{heads}} {heads[i]}; try {{embed_dim}} {string.Join(" or ", widths)}, or {{heads}} {divisor}")
                {
                    Fixes = new([.. widths.Select(static number => Fix.Of("embed_dim", number)), Fix.Of("heads", divisor)]),
                };
        }
    }

    private static IEnumerable<SpecFinding> Patches(SpecTable spec)
    {
        long image = spec.Integer("image_size");
        long patch = spec.Integer("patch_size");
        if (image % patch == 0) yield break;
        ImmutableArray<long> sizes = Nearest.Multiples(image, patch, ModelKeys.ImageSize.Maximum);
        long divisor = Nearest.Divisor(image, patch, spec.Schema.Find("patch_size")!.Maximum);
        yield return new(Rules.ImageNotDivisibleByPatch, spec.States("patch_size") ? "patch_size" : "image_size",
            $"{{image_size}} {image} is not divisible by {{patch_size}} {patch}; try {{image_size}} {string.Join(" or ", sizes)}, or {{patch_size}} {divisor}")
        {
            Fixes = new([.. sizes.Select(static number => Fix.Of("image_size", number)), Fix.Of("patch_size", divisor)]),
        };
    }

    private static IEnumerable<SpecFinding> Tokens(SpecTable spec)
    {
        bool mean = spec.Text("pool") == "avg";
        if (spec.Boolean("distilled") && mean)
        {
            yield return new(Rules.ContradictingKeys, "pool", "{pool} is 'avg', but a {distilled} model reads its tokens; state {pool} 'token'");
        }

        if (!spec.Boolean("class_token") && !mean)
        {
            yield return new(Rules.ContradictingKeys, "class_token", "{class_token} is false, so that there is no token to read; state {pool} 'avg'");
        }

        if (!spec.Boolean("class_token") && spec.Boolean("distilled"))
        {
            yield return new(Rules.ContradictingKeys, "class_token", "{class_token} is false, but a {distilled} model has a class token");
        }
    }

    private static IEnumerable<SpecFinding> Stem(SpecTable spec)
    {
        if (spec.Text("stem") != "conv") yield break;
        long patch = spec.Integer("patch_size");
        long width = spec.Integer("embed_dim");
        if ((patch & (patch - 1)) != 0 || patch < 2)
        {
            yield return new(Rules.ContradictingKeys, "stem", $"{{stem}} 'conv' halves the image again and again: {{patch_size}} {patch} is not a power of 2");
        }
        else if (width % (patch / 2) != 0)
        {
            yield return new(Rules.ContradictingKeys, "stem",
                $"{{stem}} 'conv' doubles the channels up to {{embed_dim}} {width}, which is not divisible by {patch / 2}; try {string.Join(" or ", Nearest.Multiples(width, patch / 2))}");
        }
    }
}
