namespace Deit.Data;

/// <summary>Every image once, in the dataset's order.</summary>
/// <param name="count">Images of the dataset.</param>
public sealed class SequentialSampler(int count) : ISampler
{
    private readonly Sample[] _samples = [.. Enumerable.Range(0, count).Select(static index => new Sample(index))];

    /// <inheritdoc/>
    public int SamplesPerEpoch => count;

    /// <inheritdoc/>
    public IReadOnlyList<Sample> Epoch(int epoch) => _samples;
}
