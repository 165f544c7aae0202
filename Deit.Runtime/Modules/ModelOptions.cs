namespace Deit;

/// <summary>What may differ between two instances of one declared model.</summary>
public sealed record ModelOptions
{
    /// <summary>The stochastic-depth rate of the last block (it rises linearly from 0); null takes the declared one.</summary>
    public double? DropPath { get; init; }
}
