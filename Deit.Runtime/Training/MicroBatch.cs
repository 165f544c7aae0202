namespace Deit.Training;

/// <summary>A batch among those whose gradients one step goes down together.</summary>
/// <param name="Index">Its number among them, from 0.</param>
/// <param name="Count">How many there are; the step goes down the mean of their gradients.</param>
internal readonly record struct MicroBatch(int Index, int Count)
{
    /// <summary>Whether the step begins with it.</summary>
    public bool IsFirst => Index == 0;

    /// <summary>Whether the step is taken after it.</summary>
    public bool IsLast => Index == Count - 1;

    /// <summary>
    /// The place of a batch in its epoch's steps. The last step of an epoch is taken with the batches that are left, and is the mean
    /// of those, as in timm's <c>train.py</c>.
    /// </summary>
    /// <param name="batch">The number of the batch in its epoch, from 0.</param>
    /// <param name="batches">Batches of the epoch.</param>
    /// <param name="perStep">Batches of a step.</param>
    public static MicroBatch Of(int batch, int batches, int perStep)
    {
        int index = batch % perStep;
        return new(index, Math.Min(perStep, batches - (batch - index)));
    }

    /// <summary>The steps of an epoch.</summary>
    /// <param name="batches">Batches of the epoch.</param>
    /// <param name="perStep">Batches of a step.</param>
    public static int Steps(int batches, int perStep) => (batches + perStep - 1) / perStep;
}
