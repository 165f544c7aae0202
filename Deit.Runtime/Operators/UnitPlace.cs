namespace Deit.Operators;

/// <summary>
/// Where the memory of a unit of generated training code (a block, the stem, the head) begins, in elements of the arena:
/// the first three for each image of the batch, the last whatever the batch.
/// </summary>
/// <param name="Tape">What forward keeps for backward.</param>
/// <param name="Forward">What forward alone uses.</param>
/// <param name="Backward">What backward alone uses.</param>
/// <param name="Constant">What does not depend on the batch.</param>
public readonly record struct UnitPlace(long Tape, long Forward, long Backward, long Constant);
