using Deit.Data;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>A batch with which a step failed, or the validation after it.</summary>
/// <param name="Number">Its number in the epoch, or among the validation images, from 0.</param>
/// <param name="Source">The batch, of which the images are named.</param>
/// <param name="Images">Its images as the model saw them.</param>
/// <param name="Targets">Their targets; of validation images, their labels.</param>
internal readonly record struct FailedBatch(int Number, Batch Source, Tensor Images, Tensor Targets)
{
    /// <summary>The teacher's answer; null where nobody teaches.</summary>
    public Tensor? Answer { get; init; }

    /// <summary>The micro-batches of the step.</summary>
    public int MicroBatches { get; init; } = 1;
}
