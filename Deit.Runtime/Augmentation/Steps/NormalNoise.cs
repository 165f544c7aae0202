using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Numbers of the standard normal distribution, in pairs (Box and Muller, 1958), in single precision.</summary>
internal static class NormalNoise
{
    private const float Step = 1f / (1 << 24);

    /// <summary>Fills memory.</summary>
    public static void Fill(Span<float> values, RandomStream random)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            // From above 0 to 1, so that the logarithm is finite.
            float radius = MathF.Sqrt(-2 * MathF.Log(((random.NextUInt32() >> 8) + 1) * Step));
            (float sine, float cosine) = MathF.SinCos(2 * MathF.PI * (random.NextUInt32() >> 8) * Step);
            values[i] = radius * cosine;
            if (i + 1 < values.Length) values[i + 1] = radius * sine;
        }
    }
}
