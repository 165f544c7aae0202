namespace Deit.Operators;

/// <summary>
/// What a layer takes over when its weights are laid out for inference: operations with known numbers right before or after it. Names
/// are those of the state dictionary.
/// </summary>
public sealed record Folding
{
    /// <summary>Nothing.</summary>
    public static Folding None { get; } = new();

    /// <summary>The batch normalisation that follows, by its running statistics; null for none.</summary>
    public string? BatchNorm { get; init; }

    /// <summary>The layer normalisation before, which then only normalises: its scale and shift are the layer's; null for none.</summary>
    public string? LayerNorm { get; init; }

    /// <summary>The tensor of factors, one for each output, that follows; null for none.</summary>
    public string? LayerScale { get; init; }

    /// <summary>How many of the outputs, from the first, are queries of attention: they are divided by the root of <see cref="HeadWidth"/>.</summary>
    public long Queries { get; init; }

    /// <summary>Columns of a head.</summary>
    public long HeadWidth { get; init; }
}
