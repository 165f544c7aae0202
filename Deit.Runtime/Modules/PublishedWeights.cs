namespace Deit;

/// <summary>
/// Weights that somebody published for a model, and what they reach on ImageNet-1k's validation set. What one tag reaches with
/// images of several sizes, or as several sources have it, has an entry each, the usual one first.
/// </summary>
public sealed record PublishedWeights
{
    /// <summary>What timm calls them: <c>fb_in1k</c>.</summary>
    public required string Tag { get; init; }

    /// <summary>Where they are.</summary>
    public required Uri Address { get; init; }

    /// <summary>Top-1 accuracy in per cent; null where none was published.</summary>
    public double? Top1 { get; init; }

    /// <summary>Top-5 accuracy in per cent; null where none was published.</summary>
    public double? Top5 { get; init; }

    /// <summary>Height and width of the images that were judged, in pixels; null where they are the model's own.</summary>
    public int? ImageSize { get; init; }

    /// <summary>How their images are prepared.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Default;

    /// <summary>Where the figures are from.</summary>
    public required string Source { get; init; }
}
