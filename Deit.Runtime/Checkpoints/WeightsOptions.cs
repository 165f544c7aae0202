namespace Deit.Checkpoints;

/// <summary>How weights are loaded into a model.</summary>
public sealed record WeightsOptions
{
    /// <summary>
    /// Whether the file must have the model's tensors and no others, of the model's shapes. Otherwise what fits in name and shape is
    /// loaded, at least one tensor, and the rest reported.
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>Which dictionary of a PyTorch checkpoint to take, such as <c>model_ema</c>; null finds the usual ones.</summary>
    public string? Key { get; init; }

    /// <summary>What makes entries of another shape fit; null where nothing does.</summary>
    public IEntryAdapter? Adapter { get; init; }
}
