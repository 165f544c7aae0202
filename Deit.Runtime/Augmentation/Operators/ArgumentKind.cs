namespace Deit.Augmentation;

/// <summary>What an operator takes.</summary>
public enum ArgumentKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,
}
