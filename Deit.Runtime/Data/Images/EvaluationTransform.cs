using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>
/// timm's transform for evaluation (<c>create_transform(is_training=False)</c>, crop mode <c>center</c>): the shorter side is
/// resized to <c>floor(size / crop_pct)</c>, the centre is cut out and normalised. It has no state: threads can share one.
/// </summary>
public sealed class EvaluationTransform : ISampleTransform
{
    private const int Levels = 256;

    private readonly CentredResize _resize;
    private readonly float[] _normalized;

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
        _normalized = NormalizeAllLevels(preprocessing.Mean, preprocessing.Std);
    }

    /// <summary>Height and width of the result, in pixels.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    int ISampleTransform.Height => Size;

    /// <inheritdoc/>
    int ISampleTransform.Width => Size;

    /// <inheritdoc/>
    void ISampleTransform.Apply(RgbImage image, in SampleKey key, Span<float> destination) => Apply(image, destination);

    /// <summary>Turns an image into what the model takes.</summary>
    /// <param name="image">An image of any size.</param>
    /// <param name="destination">Takes 3 x size x size values (CHW).</param>
    /// <exception cref="DeitException">The image is so narrow that it would be too long when resized.</exception>
    public void Apply(RgbImage image, Span<float> destination)
    {
        int plane = Size * Size;
        if (destination.Length != RgbImage.Channels * plane)
        {
            throw new ArgumentException(
                $"The result has {RgbImage.Channels * plane} values, the memory {destination.Length}.", nameof(destination));
        }

        using RgbImage centre = _resize.Apply(image);
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            ReadOnlySpan<float> normalized = _normalized.AsSpan(channel * Levels, Levels);
            ReadOnlySpan<byte> pixels = centre.Pixels;
            Span<float> target = destination.Slice(channel * plane, plane);
            for (int pixel = 0; pixel < target.Length; pixel++)
            {
                target[pixel] = normalized[pixels[(pixel * RgbImage.Channels) + channel]];
            }
        }
    }

    // In float32 and in this order, as PyTorch does it, so that not even the last bit differs.
    private static float[] NormalizeAllLevels(ImmutableArray<double> mean, ImmutableArray<double> std)
    {
        RequireChannels("mean", mean);
        RequireChannels("std", std);
        var normalized = new float[RgbImage.Channels * Levels];
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            float centre = (float)Check.Value("mean", mean[channel], double.IsFinite(mean[channel]), "a finite number");
            float scale = (float)Check.Value("std", std[channel], std[channel] > 0 && double.IsFinite(std[channel]), "above 0");
            for (int level = 0; level < Levels; level++)
            {
                normalized[(channel * Levels) + level] = ((level / 255f) - centre) / scale;
            }
        }

        return normalized;
    }

    private static void RequireChannels(string name, ImmutableArray<double> values)
    {
        int count = values.IsDefault ? 0 : values.Length;
        if (count != RgbImage.Channels)
        {
            throw new DeitException($"{name} has {count} values; it must have one for each of red, green and blue.");
        }
    }
}
