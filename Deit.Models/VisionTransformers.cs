namespace Deit.Models;

// DeiT (Touvron et al., arXiv 2012.12877, table 1), under the names of timm and of facebookresearch/deit.

/// <content/>
[VisionTransformer(Name = "deit_tiny_patch16_224", EmbedDim = 192, Depth = 12, Heads = 3, DropPath = 0.1,
    Description = "DeiT-Ti: the smallest DeiT, trained on labels alone.")]
public partial class DeitTinyPatch16_224;

/// <content/>
[VisionTransformer(Name = "deit_tiny_distilled_patch16_224", EmbedDim = 192, Depth = 12, Heads = 3, Distilled = true, DropPath = 0.1,
    Description = "DeiT-Ti with a distillation token.")]
public partial class DeitTinyDistilledPatch16_224;
