using System.Collections.Immutable;

namespace Deit.Compiler.Augmentation;

/// <summary>The operators that policies choose from, by timm's names.</summary>
public static class OperatorNames
{
    /// <summary>RandAugment's operators.</summary>
    public static ImmutableArray<string> RandAugment { get; } =
    [
        "AutoContrast", "Equalize", "Invert", "Rotate", "Posterize", "Solarize", "SolarizeAdd", "Color", "Contrast", "Brightness",
        "Sharpness", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel",
    ];

    /// <summary>The same, each the stronger the greater its magnitude.</summary>
    public static ImmutableArray<string> Increasing { get; } =
    [
        "AutoContrast", "Equalize", "Invert", "Rotate", "PosterizeIncreasing", "SolarizeIncreasing", "SolarizeAdd", "ColorIncreasing",
        "ContrastIncreasing", "BrightnessIncreasing", "SharpnessIncreasing", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel",
    ];

    /// <summary>3-Augment's operators (Touvron et al., arXiv 2204.07118).</summary>
    public static ImmutableArray<string> ThreeAugment { get; } = ["SolarizeIncreasing", "Desaturate", "GaussianBlur"];

    /// <summary>AugMix's operators.</summary>
    public static ImmutableArray<string> AugMix { get; } =
    [
        "AutoContrast", "ColorIncreasing", "ContrastIncreasing", "BrightnessIncreasing", "SharpnessIncreasing", "Equalize", "Rotate",
        "PosterizeIncreasing", "SolarizeIncreasing", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel",
    ];

    /// <summary>Mostly geometry, with the weights of timm's <c>tweights</c>.</summary>
    public static ImmutableArray<(string Name, double Weight)> Weighted { get; } =
    [
        ("Rotate", 3), ("ShearX", 2), ("ShearY", 2), ("TranslateXRel", 1), ("TranslateYRel", 1), ("ColorIncreasing", 0.25),
        ("SharpnessIncreasing", 0.25), ("AutoContrast", 0.25), ("SolarizeIncreasing", 0.05), ("SolarizeAdd", 0.05),
        ("ContrastIncreasing", 0.05), ("BrightnessIncreasing", 0.05), ("Equalize", 0.05), ("PosterizeIncreasing", 0.05), ("Invert", 0.05),
    ];

    /// <summary>Mostly 3-Augment, with the weights of timm's <c>t3aw</c>.</summary>
    public static ImmutableArray<(string Name, double Weight)> WeightedThreeAugment { get; } =
    [
        ("SolarizeIncreasing", 6), ("Desaturate", 6), ("GaussianBlur", 6), ("Rotate", 3), ("ShearX", 2), ("ShearY", 2),
        ("PosterizeIncreasing", 1), ("AutoContrast", 1), ("ColorIncreasing", 1), ("SharpnessIncreasing", 1), ("ContrastIncreasing", 1),
        ("BrightnessIncreasing", 1), ("Equalize", 1), ("Invert", 1),
    ];
}
