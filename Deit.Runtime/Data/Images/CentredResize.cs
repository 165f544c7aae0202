namespace Deit.Data;

/// <summary>
/// torchvision's <c>Resize(shorterSide)</c> followed by <c>CenterCrop(size)</c>. Only what is left by the crop is computed, so
/// that time and memory do not depend on how long an image is.
/// </summary>
/// <param name="shorterSide">The shorter side of the resized image, at least <paramref name="size"/>.</param>
/// <param name="size">Height and width of the crop.</param>
/// <param name="filter">The filter of the resize.</param>
internal sealed class CentredResize(int shorterSide, int size, ResamplingFilter filter)
{
    /// <summary>The centre of the resized image, size x size. To be disposed by the caller.</summary>
    /// <exception cref="DeitException">The longer side would be too long.</exception>
    public RgbImage Apply(RgbImage image)
    {
        (int width, int height) = Scaled(image, shorterSide);
        return Resampling.ResizeWindow(image, width, height, filter, new PixelBox(Margin(width), Margin(height), size, size));
    }

    /// <summary>Width and height of an image whose shorter side is resized; torchvision truncates the longer one.</summary>
    /// <exception cref="DeitException">The longer side would be too long.</exception>
    public static (int Width, int Height) Scaled(RgbImage image, int shorterSide)
    {
        int shorter = Math.Min(image.Width, image.Height);
        return (Scale(image.Width), Scale(image.Height));

        int Scale(int side)
        {
            long scaled = (long)side * shorterSide / shorter;
            return scaled <= int.MaxValue
                ? (int)scaled
                : throw new DeitException(
                    $"An image of {image.Width}x{image.Height} pixels is too narrow to be resized to {shorterSide}; cut it.");
        }
    }

    // Python's round: halves go to the even neighbour.
    private int Margin(int side) => (int)Math.Round((side - size) / 2.0, MidpointRounding.ToEven);
}
