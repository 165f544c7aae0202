namespace Deit.Models;

// Students small enough to be trained on a laptop's processor.

/// <content/>
[VisionTransformer(Name = "deit_digits_distilled", ImageSize = 32, PatchSize = 8, EmbedDim = 96, Depth = 4, Heads = 3, Distilled = true, Classes = 10,
    Description = "The student of specs/recipes/digits-distill.yaml: 16 patches of 8×8 pixels.")]
public partial class DeitDigitsDistilled;

/// <content/>
[VisionTransformer(Name = "deit_cifar10_distilled", ImageSize = 32, PatchSize = 4, EmbedDim = 96, Depth = 5, Heads = 3, Distilled = true, Classes = 10,
    Description = "The student of specs/recipes/cifar10-distill.yaml: 64 patches of 4×4 pixels.")]
public partial class DeitCifar10Distilled;
