using Deit.Compiler.Augmentation;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>AutoAugment and 3-Augment: chooses one sequence of operators.</summary>
internal sealed class AutoAugmentStep(AutoAugmentPolicy policy, PolicySettings settings) : IImageStep
{
    private readonly PolicyOperator[][] _sequences =
        [.. policy.Sequences.Select(sequence => sequence.Select(step => new PolicyOperator(step, policy, settings)).ToArray())];

    /// <inheritdoc/>
    public void Apply(ref RgbImage image, in SampleKey key, ICollection<string>? drawn)
    {
        RandomStream random = key.Stream(AugmentationPurpose.Policy);
        foreach (PolicyOperator step in _sequences[random.NextInt(_sequences.Length)]) step.Apply(ref image, random, drawn);
    }
}
