namespace Deit.Data;

/// <summary>A view of an image in an epoch.</summary>
/// <param name="Index">The image in its dataset.</param>
/// <param name="Repeat">Which of the views of that image in the epoch, from 0.</param>
public readonly record struct Sample(int Index, int Repeat = 0);

/// <summary>Which images an epoch shows, and in which order. Threads share one.</summary>
public interface ISampler
{
    /// <summary>Samples of every epoch.</summary>
    int SamplesPerEpoch { get; }

    /// <summary>The samples of an epoch, the same whenever they are asked for.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    IReadOnlyList<Sample> Epoch(int epoch);
}
