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

    /// <summary>Number of attention heads of each block, in place of <see cref="Heads"/>.</summary>
    public int[] HeadsPerBlock { get; set; } = [];

    /// <summary>Width of the hidden layer of a block's MLP, in widths of the tokens; 4 by default.</summary>
    public double MlpRatio { get; set; } = 4;

    /// <summary>The same for each block, in place of <see cref="MlpRatio"/>.</summary>
    public double[] MlpRatioPerBlock { get; set; } = [];

    /// <summary>Stochastic depth of each block, in place of <see cref="VisionModelAttribute.DropPath"/>.</summary>
    public double[] DropPathPerBlock { get; set; } = [];

    /// <summary>Dropout of the tokens, with their positions: the probability to drop an element while training. 0 by default.</summary>
    public double PosDropRate { get; set; }

    /// <summary>
    /// Dropout inside the blocks: the probability to drop an element after the projection of attention, after the activation of the MLP
    /// and after its last layer, while training. 0 by default.
    /// </summary>
    public double ProjDropRate { get; set; }

    /// <summary>Whether queries, keys and values have a bias; they do by default.</summary>
    public bool QkvBias { get; set; } = true;

    /// <summary>Whether queries and keys are normalised in every head (Dehghani et al., arXiv 2302.05442).</summary>
    public bool QkNorm { get; set; }

    /// <summary>
    /// Layer scale: what the factors at the end of every branch start from (Touvron et al., arXiv 2103.17239). Without it there
    /// are none.
    /// </summary>
    public double InitValues { get; set; }

    /// <summary>
    /// How the image becomes tokens: <c>patch</c>, one convolution, the default; or <c>conv</c>, a stack of small ones (Xiao et
    /// al., arXiv 2106.14881).
    /// </summary>
    public string Stem { get; set; } = "patch";

    /// <summary>Whether there is a class token; there is by default.</summary>
    public bool ClassToken { get; set; } = true;

    /// <summary>Number of register tokens (Darcet et al., arXiv 2309.16588); none by default.</summary>
    public int Registers { get; set; }

    /// <summary>Standard deviation of the first values of the class token and the register tokens: 0.02 by default, as in DeiT; 1e-6 in timm's vision transformers.</summary>
    public double TokenStd { get; set; } = 0.02;

    /// <summary>Whether the patches alone have position embeddings, as in DeiT III (Touvron et al., arXiv 2204.07118).</summary>
    public bool NoEmbedClass { get; set; }

    /// <summary>What the head reads: <c>token</c>, the class token, the default; or <c>avg</c>, the mean of the patches.</summary>
    public string Pool { get; set; } = "token";

    /// <summary>Whether there is a distillation token with a head of its own (DeiT, section 4).</summary>
    public bool Distilled { get; set; }
}
