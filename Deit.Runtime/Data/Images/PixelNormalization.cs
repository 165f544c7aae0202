using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>Makes normalised float32 planes of an image, equal to PyTorch's <c>ToTensor</c> and <c>Normalize</c> to the bit.</summary>
internal sealed class PixelNormalization
{
    private const int Levels = 256;

    // The normalised value of every level, channel by channel.
    private readonly float[] _normalized;

    /// <summary>Prepares the values.</summary>
    /// <param name="mean">Mean of red, green and blue, of values from 0 to 1.</param>
    /// <param name="std">Standard deviation of red, green and blue.</param>
    /// <exception cref="DeitException">A value makes no sense, or there are not three.</exception>
    public PixelNormalization(ImmutableArray<double> mean, ImmutableArray<double> std)
    {
        RequireChannels("mean", mean);
        RequireChannels("std", std);
        _normalized = new float[RgbImage.Channels * Levels];
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            float centre = (float)Check.Value("mean", mean[channel], double.IsFinite(mean[channel]), "a finite number");
            float scale = (float)Check.Value("std", std[channel], std[channel] > 0 && double.IsFinite(std[channel]), "above 0");
            for (int level = 0; level < Levels; level++)
            {
                // In float32 and in this order, as PyTorch does it, so that not even the last bit differs.
                _normalized[(channel * Levels) + level] = ((level / 255f) - centre) / scale;
            }
        }
    }

    /// <summary>Writes the planes of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="destination">Takes 3 x height x width values (CHW).</param>
    public void Apply(RgbImage image, Span<float> destination)
    {
        ReadOnlySpan<byte> pixels = image.Pixels;
        int plane = image.Width * image.Height;
        if (destination.Length != RgbImage.Channels * plane)
        {
            throw new ArgumentException(
                $"The result has {RgbImage.Channels * plane} values, the memory {destination.Length}.", nameof(destination));
        }

        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            ReadOnlySpan<float> normalized = _normalized.AsSpan(channel * Levels, Levels);
            Span<float> target = destination.Slice(channel * plane, plane);
            for (int pixel = 0; pixel < target.Length; pixel++) target[pixel] = normalized[pixels[(pixel * RgbImage.Channels) + channel]];
        }
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
