namespace Deit.Data;

/// <summary>
/// What a <see cref="RandomStream"/> is drawn for. One number is one use, so that what one step of the pipeline draws
/// never depends on what another drew. 0 to 15 belong to this namespace.
/// </summary>
public static class RandomPurpose
{
    /// <summary>The order of an epoch's samples.</summary>
    public const int Shuffle = 0;
}
