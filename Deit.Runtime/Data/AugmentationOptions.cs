namespace Deit.Data;

/// <summary>How training images are moved, mirrored and covered; everything is off by default.</summary>
public sealed record AugmentationOptions
{
    /// <summary>
    /// Pixels of black added on every side before a window of the image's size is cut out at random: the image moves by up
    /// to that many pixels either way, along both axes. Less than the shorter side, so that some of the image remains.
    /// </summary>
    public int CropPadding
    {
        get;
        init => field = Check.Value("Crop padding", value, value >= 0, "at least 0");
    }

    /// <summary>Whether half of the images are mirrored, left for right.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// The probability, from 0 to 1, that a rectangle of the image takes the mean colour (0 after normalisation): random
    /// erasing (Zhong et al., arXiv 1708.04896) with timm's bounds, an area of 2 to 33 % and an aspect of 0.3 to 3.3.
    /// </summary>
    public double RandomErasing
    {
        get;
        init => field = Check.Value("The probability of random erasing", value, value is >= 0 and <= 1, "from 0 to 1");
    }
}
