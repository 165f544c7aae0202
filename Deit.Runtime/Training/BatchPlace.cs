namespace Deit.Training;

/// <summary>Which batch of a training it is: every view in it follows from this place, the seed and the recipe.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Batch">The batch in the epoch, from 0.</param>
/// <param name="Images">The images in it, by their places in the dataset.</param>
internal readonly record struct BatchPlace(int Epoch, int Batch, IReadOnlyList<int> Images);
