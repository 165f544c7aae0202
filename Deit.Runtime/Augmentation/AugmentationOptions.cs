using Deit.Compiler.Augmentation;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// How training images are cut, mirrored, changed and covered; everything is off by default. Names and meanings are timm's
/// (<c>create_transform</c>).
/// </summary>
public sealed record AugmentationOptions
{
    /// <summary>How the part of the image is found.</summary>
    public CropMode Crop { get; init; }

    /// <summary>Pixels of border around an image that <see cref="CropMode.Simple"/> and <see cref="CropMode.Padded"/> cut from.</summary>
    public int CropPadding
    {
        get;
        init => field = Check.Value("The crop's padding", value, value is >= 0 and <= 65_536, "from 0 to 65536");
    }
    = 4;

    /// <summary>The share of the image's area that <see cref="CropMode.RandomResized"/> keeps: drawn uniformly.</summary>
    public Interval Scale
    {
        get;
        init => field = Interval.Checked("The crop's scale", value, most: 1);
    }
    = new(0.08, 1);

    /// <summary>Width to height of what <see cref="CropMode.RandomResized"/> keeps: drawn uniformly in the logarithm.</summary>
    public Interval Ratio
    {
        get;
        init => field = Interval.Checked("The crop's ratio", value, most: double.PositiveInfinity);
    }
    = new(3.0 / 4, 4.0 / 3);

    /// <summary>
    /// The filter of the crop, and of operators that turn, shear and move: nearest, bilinear or bicubic. Null draws bilinear or
    /// bicubic for each (timm's <c>random</c>).
    /// </summary>
    public ResamplingFilter? Interpolation
    {
        get;
        init => field = value is null or ResamplingFilter.Nearest or ResamplingFilter.Bilinear or ResamplingFilter.Bicubic
            ? value
            : throw new DeitException($"Training images cannot be interpolated by {value}; take nearest, bilinear, bicubic or random.");
    }
    = ResamplingFilter.Bicubic;

    /// <summary>The probability that an image is mirrored, left for right.</summary>
    public double HorizontalFlip
    {
        get;
        init => field = Probability("a horizontal flip", value);
    }

    /// <summary>The probability that an image is mirrored, top for bottom.</summary>
    public double VerticalFlip
    {
        get;
        init => field = Probability("a vertical flip", value);
    }

    /// <summary>A policy string, such as <c>rand-m9-mstd0.5-inc1</c>; null for none.</summary>
    /// <exception cref="DeitException">The policy cannot be read.</exception>
    public string? AutoAugment
    {
        get;
        init => field = value is null || PolicyGrammar.Read(value, out _) is not { } wrong
            ? value
            : throw new DeitException($"{char.ToUpperInvariant(wrong[0])}{wrong[1..]}");
    }

    /// <summary>
    /// How far colours are moved. As in timm, beside <see cref="AutoAugment"/> they are moved only where that is 3-Augment, or
    /// where <see cref="ForceColorJitter"/> says so.
    /// </summary>
    public ColorJitterOptions ColorJitter
    {
        get;
        init => field = value.Checked();
    }
    = ColorJitterOptions.None;

    /// <summary>The probability that the colours of an image are moved at all.</summary>
    public double ColorJitterProbability
    {
        get;
        init => field = Probability("colour jitter", value);
    }
    = 1;

    /// <summary>Whether <see cref="ColorJitter"/> serves beside any <see cref="AutoAugment"/>.</summary>
    public bool ForceColorJitter { get; init; }

    /// <summary>The probability that an image becomes grey.</summary>
    public double Grayscale
    {
        get;
        init => field = Probability("grayscale", value);
    }

    /// <summary>The probability that an image is blurred, by a Gaussian of 0.1 to 2 pixels.</summary>
    public double GaussianBlur
    {
        get;
        init => field = Probability("a Gaussian blur", value);
    }

    /// <summary>
    /// The probability that rectangles of the image are covered: random erasing (Zhong et al., arXiv 1708.04896) with timm's
    /// bounds, an area of 2 to 33 % together and an aspect of 0.3 to 3.3.
    /// </summary>
    public double RandomErasing
    {
        get;
        init => field = Probability("random erasing", value);
    }

    /// <summary>What covers them.</summary>
    public ErasingMode RandomErasingMode { get; init; }

    /// <summary>The greatest number of rectangles; from 1 to it are drawn.</summary>
    public int RandomErasingCount
    {
        get;
        init => field = Check.Value("The number of erased rectangles", value, value is >= 1 and <= 100, "from 1 to 100");
    }
    = 1;

    /// <summary>Views of an image in one epoch, each with draws of its own: repeated augmentation (Hoffer et al., arXiv 1901.09335).</summary>
    public int Repeats
    {
        get;
        init => field = Check.Value("The number of views of an image", value, value is >= 1 and <= 65_536, "from 1 to 65536");
    }
    = 1;

    private static double Probability(string of, double value) =>
        Check.Value($"The probability of {of}", value, value is >= 0 and <= 1, "from 0 to 1");
}
