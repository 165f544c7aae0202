using System.Buffers;
using Deit.Compiler.Augmentation;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>AugMix: chains of operators, weighted and blended with the image they began from.</summary>
internal sealed class AugMixStep(AugMixPolicy policy, PolicySettings settings) : IImageStep
{
    private const int MostDrawnOperators = 3;

    private readonly PolicyOperator[] _operators = [.. policy.Steps.Select(step => new PolicyOperator(step, policy, settings))];

    /// <inheritdoc/>
    public void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        RandomStream random = key.Stream(AugmentationPurpose.Policy);
        Random numbers = random.AsRandom();
        float[] weights = [.. Dirichlet(numbers).Select(static weight => (float)weight)];
        float share = (float)BetaDistribution.Sample(numbers, policy.Alpha, policy.Alpha);
        if (policy.Blended) LayOver(ref image, weights, share, random, drawn);
        else Sum(ref image, weights, share, random, drawn);
        drawn?.Add(Drawn.Text("mixed", share));
    }

    // Weights that add up to 1, in logarithms as the gamma variables come.
    private double[] Dirichlet(Random random)
    {
        var logarithms = new double[policy.Width];
        for (int i = 0; i < logarithms.Length; i++) logarithms[i] = BetaDistribution.LogGamma(random, policy.Alpha);
        double greatest = logarithms.Max();
        double sum = logarithms.Sum(logarithm => Math.Exp(logarithm - greatest));
        return [.. logarithms.Select(logarithm => Math.Exp(logarithm - greatest) / sum)];
    }

    private void Sum(ref RgbImage image, float[] weights, float share, RandomStream random, ICollection<string>? drawn)
    {
        int length = image.Pixels.Length;
        float[] sums = ArrayPool<float>.Shared.Rent(length);
        sums.AsSpan(0, length).Clear();
        foreach (float weight in weights)
        {
            using RgbImage chain = Chain(image, random, drawn);
            ReadOnlySpan<byte> pixels = chain.Pixels;
            for (int i = 0; i < length; i++) sums[i] += weight * pixels[i];
        }

        var mixed = RgbImage.Uninitialized(image.Width, image.Height);
        Span<byte> levels = mixed.Writable;
        for (int i = 0; i < length; i++) levels[i] = (byte)Math.Clamp(sums[i], 0, byte.MaxValue);
        ArrayPool<float>.Shared.Return(sums);
        Replace(ref image, mixed, share);
    }

    private void LayOver(ref RgbImage image, float[] weights, float share, RandomStream random, ICollection<string>? drawn)
    {
        // Laid over one another from the first, chain i keeps its weight where its opacity is that over what is left for 0 to i.
        var opacities = new float[weights.Length];
        double left = 1;
        for (int i = weights.Length - 1; i >= 0; i--)
        {
            double opacity = left > 0 ? weights[i] * share / left : 0;
            left *= 1 - opacity;
            opacities[i] = (float)opacity;
        }

        using var original = new RgbImage(image.Width, image.Height, image.Pixels);
        foreach (float opacity in opacities) Replace(ref image, Chain(original, random, drawn), opacity);
    }

    private RgbImage Chain(RgbImage image, RandomStream random, ICollection<string>? drawn)
    {
        var chain = new RgbImage(image.Width, image.Height, image.Pixels);
        int depth = policy.Depth > 0 ? policy.Depth : 1 + random.NextInt(MostDrawnOperators);
        for (int i = 0; i < depth; i++) _operators[random.NextInt(_operators.Length)].Apply(ref chain, random, drawn);
        return chain;
    }

    private static void Replace(ref RgbImage image, RgbImage by, float opacity)
    {
        Blend.Into(image.Pixels, by.Writable, opacity);
        image.Dispose();
        image = by;
    }
}
