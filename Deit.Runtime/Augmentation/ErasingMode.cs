namespace Deit.Augmentation;

/// <summary>What an erased rectangle is filled with, after normalisation.</summary>
public enum ErasingMode
{
    /// <summary>The mean colour: 0.</summary>
    Const,

    /// <summary>One colour of the standard normal distribution.</summary>
    Rand,

    /// <summary>A colour of the standard normal distribution for every pixel.</summary>
    Pixel,
}
