namespace Deit.Augmentation;

/// <summary>What draws its own mixing.</summary>
public enum MixupMode
{
    /// <summary>A batch.</summary>
    Batch,

    /// <summary>An image and its partner.</summary>
    Pair,

    /// <summary>Every image.</summary>
    Elem,
}
