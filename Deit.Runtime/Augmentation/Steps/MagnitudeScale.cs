using Deit.Compiler.Augmentation;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>From an operator's magnitude to its argument, as timm has them; signs and radii are drawn.</summary>
/// <param name="translatePixels">How far <c>TranslateX</c> and <c>TranslateY</c> move at full magnitude, in pixels.</param>
/// <param name="translatePart">How far their relatives move, as a part of the image.</param>
internal sealed class MagnitudeScale(int translatePixels, double translatePart)
{
    private const double GreatestAngle = 30;
    private const double GreatestShear = 0.3;
    private const double GreatestEnhancement = 0.9;
    private const double LeastEnhancement = 0.1;
    private const double LeastBlur = 0.1;
    private const double GreatestBlur = 2;
    private const int PosterizeBits = 4;
    private const int Levels = 256;
    private const int GreatestAddition = 110;

    /// <summary>The argument; 0 for an operator without.</summary>
    /// <param name="name">The operator's name.</param>
    /// <param name="magnitude">Its magnitude, at least 0.</param>
    /// <param name="random">Where signs and radii come from.</param>
    public double Argument(string name, double magnitude, RandomStream random)
    {
        double level = magnitude / AugmentationPolicy.FullMagnitude;
        return name switch
        {
            "Rotate" => Signed(level * GreatestAngle, random),
            "Posterize" => (int)(level * PosterizeBits),
            "PosterizeIncreasing" => PosterizeBits - (int)(level * PosterizeBits),
            "PosterizeOriginal" => PosterizeBits + (int)(level * PosterizeBits),
            "Solarize" => SolarizeThreshold(level),
            "SolarizeIncreasing" => Levels - SolarizeThreshold(level),
            "SolarizeAdd" => Math.Min(Levels / 2, (int)(level * GreatestAddition)),
            "Color" or "Contrast" or "Brightness" or "Sharpness" => (level * 2 * GreatestEnhancement) + LeastEnhancement,
            "ColorIncreasing" or "ContrastIncreasing" or "BrightnessIncreasing" or "SharpnessIncreasing" =>
                Math.Max(LeastEnhancement, 1 + Signed(level * GreatestEnhancement, random)),
            "ShearX" or "ShearY" => Signed(level * GreatestShear, random),
            "TranslateX" or "TranslateY" => Signed(level * translatePixels, random),
            "TranslateXRel" or "TranslateYRel" => Signed(level * translatePart, random),
            "Desaturate" => Between(0.5, 1, level),
            "GaussianBlur" => Between(LeastBlur, GreatestBlur, level),
            "GaussianBlurRand" => random.NextUniform(LeastBlur, GreatestBlur * Between(0, 1, level)),
            _ => 0,
        };
    }

    private static int SolarizeThreshold(double level) => Math.Min(Levels, (int)(level * Levels));

    private static double Between(double least, double greatest, double level) =>
        Math.Clamp(least + ((greatest - least) * level), least, greatest);

    private static double Signed(double value, RandomStream random) => random.NextInt(2) == 0 ? value : -value;
}
