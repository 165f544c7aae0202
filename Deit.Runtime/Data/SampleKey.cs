namespace Deit.Data;

/// <summary>
/// What every random draw of a training sample depends on, and nothing else: not the thread that makes it, not the batch it is
/// in, not the number of processes.
/// </summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Index">The image in its dataset.</param>
/// <param name="Repeat">Which of the views of that image in one epoch, from 0, under repeated augmentation.</param>
public readonly record struct SampleKey(long Seed, int Epoch, int Index, int Repeat = 0)
{
    private const int RepeatBits = 16;

    /// <summary>The random numbers of one use.</summary>
    /// <param name="purpose">A <see cref="RandomPurpose"/>.</param>
    public RandomStream Stream(int purpose) => RandomStream.For(Seed, Epoch, ((long)Index << RepeatBits) | (ushort)Repeat, purpose);
}
