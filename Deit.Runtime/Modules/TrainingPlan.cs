using System.Collections.Immutable;

namespace Deit;

/// <summary>The memory of a generated training step, as the compiler planned it.</summary>
/// <param name="ElementsPerImage">Elements of the arena for each image of a batch.</param>
/// <param name="ConstantElements">Elements of the arena whatever the batch.</param>
public sealed record TrainingPlan(long ElementsPerImage, long ConstantElements)
{
    /// <summary>
    /// The kernels of the forward pass that multiply bfloat16 matrices, and so do their gradients; empty of a model that is trained in
    /// float32. All others, and those of convolutions on the images themselves and of depthwise ones, are in float32.
    /// </summary>
    public ImmutableArray<string> BFloat16 { get; init; } = [];

    /// <summary>Elements of the arena for a batch.</summary>
    public long Elements(long batch) => checked((ElementsPerImage * batch) + ConstantElements);
}
