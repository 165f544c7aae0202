namespace Deit.Data;

/// <summary>
/// timm's transform for evaluation (<c>create_transform(is_training=False)</c>, crop mode <c>center</c>): the shorter side is
/// resized to <c>floor(size / crop_pct)</c>, the centre is cut out and normalised. It has no state: threads can share one.
/// </summary>
public sealed class EvaluationTransform : ISampleTransform
{
    private readonly CentredResize _resize;
    private readonly PixelNormalization _normalization;

    /// <summary>Makes the transform.</summary>
    /// <param name="preprocessing">The crop, the filter and the colours that the weights were trained with.</param>
    /// <param name="size">Height and width that the model takes, in pixels.</param>
    /// <exception cref="DeitException">A value of <paramref name="preprocessing"/> makes no sense.</exception>
    public EvaluationTransform(Preprocessing preprocessing, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        double cropPct = preprocessing.CropPct;
        double shorterSide = Math.Floor(size / cropPct);
        Check.Value("crop_pct", cropPct, cropPct <= 1 && shorterSide is > 0 and <= int.MaxValue, "above 0 and at most 1");
        Size = size;
        _resize = new CentredResize((int)shorterSide, size, ResamplingFilters.Parse(preprocessing.Interpolation));
        _normalization = new PixelNormalization(preprocessing.Mean, preprocessing.Std);
    }

    /// <summary>Height and width of the result, in pixels.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    public int Height => Size;

    /// <inheritdoc/>
    public int Width => Size;

    /// <inheritdoc/>
    public void Apply(RgbImage image, in SampleKey key, Span<float> destination) => Apply(image, destination);

    /// <summary>Turns an image into what the model takes.</summary>
    /// <param name="image">An image of any size.</param>
    /// <param name="destination">Takes 3 x size x size values (CHW).</param>
    /// <exception cref="DeitException">The image is so narrow that it would be too long when resized.</exception>
    public void Apply(RgbImage image, Span<float> destination)
    {
        using RgbImage centre = _resize.Apply(image);
        _normalization.Apply(centre, destination);
    }
}
