namespace Deit;

/// <summary>
/// Declares a vision transformer or a DeiT (Dosovitskiy et al., arXiv 2010.11929; Touvron et al., arXiv 2012.12877). The
/// generator completes the partial class it stands on.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class VisionTransformerAttribute : VisionModelAttribute
{
    /// <summary>Height and width of a patch, in pixels; 16 by default.</summary>
    public int PatchSize { get; set; } = 16;

    /// <summary>Width of the tokens. Required.</summary>
    public int EmbedDim { get; set; }

    /// <summary>Number of blocks. Required.</summary>
    public int Depth { get; set; }

    /// <summary>Number of attention heads; it divides the width of the tokens. Required.</summary>
    public int Heads { get; set; }

    /// <summary>Width of the hidden layer of a block's MLP, in widths of the tokens; 4 by default.</summary>
    public double MlpRatio { get; set; } = 4;

    /// <summary>Whether queries, keys and values have a bias; they do by default.</summary>
    public bool QkvBias { get; set; } = true;

    /// <summary>Whether there is a distillation token with a head of its own (DeiT, section 4).</summary>
    public bool Distilled { get; set; }
}
