namespace Deit;

/// <summary>The memory of a generated training step, as the compiler planned it.</summary>
/// <param name="ElementsPerImage">Elements of the arena for each image of a batch.</param>
/// <param name="ConstantElements">Elements of the arena whatever the batch.</param>
public sealed record TrainingPlan(long ElementsPerImage, long ConstantElements)
{
    /// <summary>Elements of the arena for a batch.</summary>
    public long Elements(long batch) => checked((ElementsPerImage * batch) + ConstantElements);
}
