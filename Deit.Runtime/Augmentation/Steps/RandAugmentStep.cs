using Deit.Compiler.Augmentation;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>RandAugment: chooses operators of a list, one after another.</summary>
internal sealed class RandAugmentStep(RandAugmentPolicy policy, PolicySettings settings) : IImageStep
{
    private readonly PolicyOperator[] _operators = [.. policy.Steps.Select(step => new PolicyOperator(step, policy, settings))];
    private readonly double[] _weights = [.. policy.Weights];

    /// <inheritdoc/>
    public void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        RandomStream random = key.Stream(AugmentationPurpose.Policy);
        Span<int> chosen = stackalloc int[policy.Layers];
        Choose(random, chosen);
        foreach (int choice in chosen) _operators[choice].Apply(ref image, random, drawn);
    }

    /// <summary>Chooses operators: any of them each time, or by weight and never one twice.</summary>
    internal void Choose(RandomStream random, Span<int> chosen)
    {
        if (_weights.Length == 0)
        {
            foreach (ref int choice in chosen) choice = random.NextInt(_operators.Length);
            return;
        }

        double[] left = [.. _weights];
        foreach (ref int choice in chosen)
        {
            choice = ByWeight(left, random.NextDouble() * left.Sum());
            left[choice] = 0;
        }
    }

    private static int ByWeight(double[] weights, double position)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (position < weights[i]) return i;
            position -= weights[i];
        }

        // Rounding has carried the position past the end.
        return Array.FindLastIndex(weights, static weight => weight > 0);
    }
}
