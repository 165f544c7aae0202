using static TorchSharp.torch;

namespace Deit.Augmentation;

/// <summary>A box of pixels: rows from <paramref name="Top"/> to before <paramref name="Bottom"/>, columns alike.</summary>
internal readonly record struct CutMixBox(int Top, int Bottom, int Left, int Right)
{
    /// <summary>The number of pixels.</summary>
    public int Area => (Bottom - Top) * (Right - Left);

    /// <summary>The box of the image's proportions that covers <c>1 - lambda</c> of its area, cut off at the image's border.</summary>
    public static CutMixBox Around(int centreY, int centreX, int height, int width, double lambda)
    {
        double ratio = Math.Sqrt(1 - lambda);
        int halfHeight = (int)(height * ratio) / 2;
        int halfWidth = (int)(width * ratio) / 2;
        return new(
            Math.Max(centreY - halfHeight, 0),
            Math.Min(centreY + halfHeight, height),
            Math.Max(centreX - halfWidth, 0),
            Math.Min(centreX + halfWidth, width));
    }

    /// <summary>
    /// A box within the image, whose height and width are drawn by themselves, as shares of the image's. As in timm, the greatest
    /// of either is not reached.
    /// </summary>
    public static CutMixBox Draw(int height, int width, Interval shares, Random random)
    {
        (int top, int bottom) = Along(height);
        (int left, int right) = Along(width);
        return new(top, bottom, left, right);

        (int Start, int End) Along(int side)
        {
            int least = (int)(side * shares.Least);
            int size = random.Next(least, Math.Max(least + 1, (int)(side * shares.Greatest)));
            int start = random.Next(Math.Max(1, side - size));
            return (start, start + size);
        }
    }

    /// <summary>The box of every image, a view of shape (batch, channels, rows, columns).</summary>
    public Tensor Of(Tensor images) => images.narrow(2, Top, Bottom - Top).narrow(3, Left, Right - Left);
}
