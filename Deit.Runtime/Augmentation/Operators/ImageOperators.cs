using System.Collections.Immutable;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>All operators.</summary>
public static class ImageOperators
{
    private const string Bits = "the bits to keep";
    private const string Threshold = "the level from which colours are inverted";
    private const string Factor = "1 changes nothing, 0 takes it away";
    private const string Shear = "pixels sideways a pixel along";
    private const string Pixels = "the pixels to move by";
    private const string Part = "the part of the image's length to move by";
    private const string Sigma = "the standard deviation in pixels";
    private const double MostBlur = 1000;

    /// <summary>The operators in the order in which documentation lists them.</summary>
    public static ImmutableArray<ImageOperator> All { get; } =
    [
        Plain("AutoContrast", Histogram.AutoContrast),
        Plain("Equalize", Histogram.Equalize),
        Plain("Invert", Tones.Invert),
        Moving("Rotate", "degrees, counter-clockwise", Affine.Rotate),
        Whole("Posterize", Bits, Tones.Posterize),
        Whole("PosterizeIncreasing", Bits, Tones.Posterize),
        Whole("PosterizeOriginal", Bits, Tones.Posterize),
        Level("Solarize", Threshold, Tones.Solarize),
        Level("SolarizeIncreasing", Threshold, Tones.Solarize),
        Level("SolarizeAdd", "what is added to levels below 128", Tones.SolarizeAdd),
        Level("Color", Factor, Enhance.Color),
        Level("ColorIncreasing", Factor, Enhance.Color),
        Level("Contrast", Factor, Enhance.Contrast),
        Level("ContrastIncreasing", Factor, Enhance.Contrast),
        Level("Brightness", Factor, Enhance.Brightness),
        Level("BrightnessIncreasing", Factor, Enhance.Brightness),
        Level("Sharpness", Factor, Enhance.Sharpness),
        Level("SharpnessIncreasing", Factor, Enhance.Sharpness),
        Moving("ShearX", Shear, Affine.ShearX),
        Moving("ShearY", Shear, Affine.ShearY),
        Moving("TranslateX", Pixels, Affine.TranslateX),
        Moving("TranslateY", Pixels, Affine.TranslateY),
        Moving("TranslateXRel", Part, static (ref image, part, in settings) => Affine.TranslateX(ref image, part * image.Width, settings)),
        Moving("TranslateYRel", Part, static (ref image, part, in settings) => Affine.TranslateY(ref image, part * image.Height, settings)),
        Level("Desaturate", "the colour to take away, from 0 to 1", static (image, part) => Enhance.Color(image, Math.Clamp(1 - part, 0, 1))),
        new("GaussianBlur", ArgumentKind.Number, Sigma, static (ref image, deviation, in _) => BoxBlur.Gaussian(image, deviation)) { Least = 0, Greatest = MostBlur },
        Plain("Grayscale", Enhance.Grayscale),
        Plain("HorizontalFlip", Flip.Horizontal),
        Plain("VerticalFlip", Flip.Vertical),
    ];

    private static ImageOperator Plain(string name, Action<RgbImage> kernel) =>
        new(name, ArgumentKind.None, "", (ref image, _, in _) => kernel(image));

    private static ImageOperator Whole(string name, string meaning, Action<RgbImage, int> kernel) =>
        new(name, ArgumentKind.Integer, meaning, (ref image, argument, in _) => kernel(image, (int)argument));

    private static ImageOperator Level(string name, string meaning, Action<RgbImage, double> kernel) =>
        new(name, ArgumentKind.Number, meaning, (ref image, argument, in _) => kernel(image, argument));

    private static ImageOperator Moving(string name, string meaning, OperatorKernel kernel) =>
        new(name, ArgumentKind.Number, meaning, kernel);
}
