using Deit;

namespace CustomStudent;

/// <summary>A DeiT of 16 patches that learns from digit_teacher.</summary>
[VisionTransformer(ImageSize = 32, PatchSize = 8, EmbedDim = 64, Depth = 3, Heads = 4, Distilled = true, Classes = 10)]
public partial class DigitStudent;
