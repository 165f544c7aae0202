using System.Globalization;
using System.Runtime.InteropServices;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// Shears, moves and turns images as Pillow does (<c>Image.transform</c> with <c>AFFINE</c>, <c>Image.rotate</c>), to the byte. What
/// comes from outside of the image takes the fill colour.
/// </summary>
internal static class Affine
{
    // Python's round(x, 15), which Pillow's matrix has its sines and cosines through.
    private const string FifteenDecimals = "F15";

    /// <summary>Shears: rows move the more, the lower they are.</summary>
    public static void ShearX(ref RgbImage image, double factor, in OperatorSettings settings) =>
        Transform(ref image, new(1, factor, 0, 0, 1, 0), settings);

    /// <summary>Shears: columns move the more, the further right they are.</summary>
    public static void ShearY(ref RgbImage image, double factor, in OperatorSettings settings) =>
        Transform(ref image, new(1, 0, 0, factor, 1, 0), settings);

    /// <summary>Moves to the left by some pixels.</summary>
    public static void TranslateX(ref RgbImage image, double pixels, in OperatorSettings settings) =>
        Transform(ref image, new(1, 0, pixels, 0, 1, 0), settings);

    /// <summary>Moves upward by some pixels.</summary>
    public static void TranslateY(ref RgbImage image, double pixels, in OperatorSettings settings) =>
        Transform(ref image, new(1, 0, 0, 0, 1, pixels), settings);

    /// <summary>Turns about the centre, counter-clockwise.</summary>
    public static void Rotate(ref RgbImage image, double degrees, in OperatorSettings settings)
    {
        // Python's remainder is never negative.
        double turn = degrees % 360;
        if (turn < 0) turn += 360;
        bool isSquare = image.Width == image.Height;
        switch (turn)
        {
            case 0 or 360:
                return;
            case 180:
                Flip.HalfTurn(image);
                return;
            case 90 or 270 when isSquare:
                Flip.QuarterTurn(image);
                if (turn == 270) Flip.HalfTurn(image);
                return;
        }

        double angle = -(turn * (Math.PI / 180));
        double cosine = Rounded(Math.Cos(angle));
        double sine = Rounded(Math.Sin(angle));
        double minusSine = Rounded(-Math.Sin(angle));
        (double centreX, double centreY) = (image.Width / 2.0, image.Height / 2.0);
        double column = (cosine * -centreX) + (sine * -centreY) + centreX;
        double row = (minusSine * -centreX) + (cosine * -centreY) + centreY;
        Transform(ref image, new(cosine, sine, column, minusSine, cosine, row), settings);
    }

    private static void Transform(ref RgbImage image, in AffineMatrix matrix, in OperatorSettings settings)
    {
        RgbImage result = RgbImage.Uninitialized(image.Width, image.Height);
        MemoryMarshal.Cast<byte, Rgb>(result.Writable).Fill(new(settings.Fill.Red, settings.Fill.Green, settings.Fill.Blue));
        switch (settings.Interpolation)
        {
            case ResamplingFilter.Nearest:
                AffineNearest.Run(image, matrix, result);
                break;
            case ResamplingFilter.Bilinear:
                AffineBilinear.Run(image, matrix, result);
                break;
            default:
                AffineBicubic.Run(image, matrix, result);
                break;
        }

        image.Dispose();
        image = result;
    }

    private static double Rounded(double value) =>
        double.Parse(value.ToString(FifteenDecimals, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
