using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>Some images of a dataset.</summary>
/// <param name="name">What to call them.</param>
/// <param name="whole">The dataset.</param>
/// <param name="indices">Which of its images.</param>
internal sealed class Subset(string name, IImageDataset whole, ImmutableArray<int> indices) : IImageDataset
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => whole.ClassNames;

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public int Label(int index) => whole.Label(indices[index]);

    /// <inheritdoc/>
    public RgbImage Load(int index) => whole.Load(indices[index]);

    /// <inheritdoc/>
    public RgbImage LoadCrop(int index, CropPlanning plan) => whole.LoadCrop(indices[index], plan);

    /// <inheritdoc/>
    public string Describe(int index) => whole.Describe(indices[index]);
}
