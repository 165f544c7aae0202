using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>What was found at a path: parts that it names itself, or images that nothing divides.</summary>
/// <param name="Source">Where, for messages.</param>
/// <param name="Train">The part to learn from.</param>
/// <param name="Validation">The part to judge by.</param>
internal sealed record ImageParts(string Source, IImageDataset? Train, IImageDataset? Validation)
{
    /// <summary>Mean of red, green and blue, to normalise images by.</summary>
    public ImmutableArray<float> Mean { get; init; } = ImageNetStatistics.Mean;

    /// <summary>Standard deviation of red, green and blue.</summary>
    public ImmutableArray<float> StandardDeviation { get; init; } = ImageNetStatistics.StandardDeviation;

    /// <summary>Both parts; a share of the training images judges where the source names none that do.</summary>
    /// <param name="share">That share of every class, between 0 and 1; null where the source must name a part itself.</param>
    /// <exception cref="DeitException">A part is missing, or a share was given that is not needed.</exception>
    public (IImageDataset Train, IImageDataset Validation) Split(double? share)
    {
        if (Train is null) throw new DeitException($"'{Source}' has images to judge by, but none to train on: it lacks '{SplitNames.Train}'.");
        if (Validation is not null)
        {
            return share is null
                ? (Train, Validation)
                : throw new DeitException($"'{Source}' has images to judge by, '{Validation.Name}': leave data.validation out.");
        }

        if (share is not { } part)
        {
            throw new DeitException(
                $"'{Source}' has no images to judge by: add {string.Join(" or ", SplitNames.Validation.Select(name => $"'{name}'"))}, "
                + "or say in data.validation which share of the images that shall be, such as 0.1.");
        }

        int[] labels = [.. Enumerable.Range(0, Train.Count).Select(Train.Label)];
        ImmutableArray<int> chosen = StratifiedSplit.Choose(labels, part);
        if (chosen.IsEmpty || chosen.Length == Train.Count)
        {
            throw new DeitException(FormattableString.Invariant(
                $"data.validation: {part} of the {Train.Count} images of '{Source}' leaves {Train.Count - chosen.Length} to train on and {chosen.Length} to judge by: choose another."));
        }

        ImmutableArray<int> rest = [.. Enumerable.Range(0, Train.Count).Except(chosen)];
        return (new Subset($"{Source}/{SplitNames.Train}", Train, rest), new Subset($"{Source}/{SplitNames.Validation[0]}", Train, chosen));
    }
}
