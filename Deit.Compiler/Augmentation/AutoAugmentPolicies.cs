using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Deit.Compiler.Augmentation;

/// <summary>The policies that AutoAugment's searches found, with the variants of posterising that implementations differ in.</summary>
internal static class AutoAugmentPolicies
{
    // Posterising is written P: implementations disagree on whether its magnitude counts the bits that are kept or those that go.
    private const string AnyPosterize = "P";

    // The policy for ImageNet in AutoAugment, table 9 (arXiv 1805.09501): operator, probability, magnitude.
    private static readonly string[] Original =
    [
        "P 0.4 8, Rotate 0.6 9",
        "Solarize 0.6 5, AutoContrast 0.6 5",
        "Equalize 0.8 8, Equalize 0.6 3",
        "P 0.6 7, P 0.6 6",
        "Equalize 0.4 7, Solarize 0.2 4",
        "Equalize 0.4 4, Rotate 0.8 8",
        "Solarize 0.6 3, Equalize 0.6 7",
        "P 0.8 5, Equalize 1 2",
        "Rotate 0.2 3, Solarize 0.6 8",
        "Equalize 0.6 8, P 0.4 6",
        "Rotate 0.8 8, Color 0.4 0",
        "Rotate 0.4 9, Equalize 0.6 2",
        "Equalize 0 7, Equalize 0.8 8",
        "Invert 0.6 4, Equalize 1 8",
        "Color 0.6 4, Contrast 1 8",
        "Rotate 0.8 8, Color 1 2",
        "Color 0.8 8, Solarize 0.8 7",
        "Sharpness 0.4 7, Invert 0.6 8",
        "ShearX 0.6 5, Equalize 1 9",
        "Color 0.4 0, Equalize 0.6 3",
        "Equalize 0.4 7, Solarize 0.2 4",
        "Solarize 0.6 5, AutoContrast 0.6 5",
        "Invert 0.6 4, Equalize 1 8",
        "Color 0.6 4, Contrast 1 8",
        "Equalize 0.8 8, Equalize 0.6 3",
    ];

    // The policy v0 of EfficientNet's reference implementation.
    private static readonly string[] V0 =
    [
        "Equalize 0.8 1, ShearY 0.8 4",
        "Color 0.4 9, Equalize 0.6 3",
        "Color 0.4 1, Rotate 0.6 8",
        "Solarize 0.8 3, Equalize 0.4 7",
        "Solarize 0.4 2, Solarize 0.6 2",
        "Color 0.2 0, Equalize 0.8 8",
        "Equalize 0.4 8, SolarizeAdd 0.8 3",
        "ShearX 0.2 9, Rotate 0.6 8",
        "Color 0.6 1, Equalize 1 2",
        "Invert 0.4 9, Rotate 0.6 0",
        "Equalize 1 9, ShearY 0.6 3",
        "Color 0.4 7, Equalize 0.6 0",
        "P 0.4 6, AutoContrast 0.4 7",
        "Solarize 0.6 8, Color 0.6 9",
        "Solarize 0.2 4, Rotate 0.8 9",
        "Rotate 1 7, TranslateYRel 0.8 9",
        "ShearX 0 0, Solarize 0.8 4",
        "ShearY 0.8 0, Color 0.6 4",
        "Color 1 0, Rotate 0.6 2",
        "Equalize 0.8 4, Equalize 0 8",
        "Equalize 1 4, AutoContrast 0.6 2",
        "ShearY 0.4 7, SolarizeAdd 0.6 7",
        "P 0.8 2, Solarize 0.6 10",
        "Solarize 0.6 8, Equalize 0.6 1",
        "Color 0.8 6, Rotate 0.4 5",
    ];

    // 3-Augment: one of solarising at half, grey, and a blur of any strength.
    private static readonly string[] ThreeAugment = ["Solarize 1 5", "Desaturate 1 10", "GaussianBlurRand 1 10"];

    /// <summary>The names of the policies.</summary>
    public static IReadOnlyList<string> Names { get; } = ["original", "originalr", "v0", "v0r", "3a"];

    /// <summary>The policy of a name, or null.</summary>
    public static AutoAugmentPolicy? Find(string name) => name switch
    {
        "original" => Read(Original, "PosterizeOriginal"),
        "originalr" => Read(Original, "PosterizeIncreasing"),
        "v0" => Read(V0, "Posterize"),
        "v0r" => Read(V0, "PosterizeIncreasing"),
        "3a" => Read(ThreeAugment, AnyPosterize),
        _ => null,
    };

    private static AutoAugmentPolicy Read(string[] lines, string posterize) =>
        new(new(lines.Select(line => new EquatableArray<PolicyStep>(line.Split(',').Select(step => ReadStep(step.Trim(), posterize))))));

    private static PolicyStep ReadStep(string text, string posterize)
    {
        string[] parts = text.Split(' ');
        string name = parts[0] == AnyPosterize ? posterize : parts[0];
        return new(name, double.Parse(parts[1], CultureInfo.InvariantCulture), double.Parse(parts[2], CultureInfo.InvariantCulture));
    }
}
