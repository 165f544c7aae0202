namespace Deit.Models;

// DeiT (Touvron et al., arXiv 2012.12877, table 1), under the names of timm and of facebookresearch/deit.

/// <content/>
[VisionTransformer(Name = "deit_tiny_patch16_224", EmbedDim = 192, Depth = 12, Heads = 3, DropPath = 0.1, Paper = "2012.12877", CropPct = 0.9,
    Description = "DeiT-Ti: the smallest DeiT, trained on labels alone.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_tiny_patch16_224-a1311bcf.pth", Top1 = 72.19, Top5 = 91.1, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_tiny_patch16_224-a1311bcf.pth", Top1 = 72.2, Top5 = 91.1, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitTinyPatch16_224;

/// <content/>
[VisionTransformer(Name = "deit_tiny_distilled_patch16_224", Base = typeof(DeitTinyPatch16_224), Distilled = true,
    Description = "DeiT-Ti with a distillation token.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_tiny_distilled_patch16_224-b40b3cf7.pth", Top1 = 74.538, Top5 = 91.898, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_tiny_distilled_patch16_224-b40b3cf7.pth", Top1 = 74.5, Top5 = 91.9, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitTinyDistilledPatch16_224;

/// <content/>
[VisionTransformer(Name = "deit_small_patch16_224", Base = typeof(DeitTinyPatch16_224), EmbedDim = 384, Heads = 6,
    Description = "DeiT-S, trained on labels alone.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_small_patch16_224-cd65a155.pth", Top1 = 79.856, Top5 = 95.056, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_small_patch16_224-cd65a155.pth", Top1 = 79.9, Top5 = 95, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitSmallPatch16_224;

/// <content/>
[VisionTransformer(Name = "deit_small_distilled_patch16_224", Base = typeof(DeitSmallPatch16_224), Distilled = true,
    Description = "DeiT-S with a distillation token.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_small_distilled_patch16_224-649709d9.pth", Top1 = 81.204, Top5 = 95.378, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_small_distilled_patch16_224-649709d9.pth", Top1 = 81.2, Top5 = 95.4, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitSmallDistilledPatch16_224;

/// <content/>
[VisionTransformer(Name = "deit_base_patch16_224", Base = typeof(DeitTinyPatch16_224), EmbedDim = 768, Heads = 12,
    Description = "DeiT-B, trained on labels alone.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_patch16_224-b5f2ef4d.pth", Top1 = 81.98, Top5 = 95.74, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_patch16_224-b5f2ef4d.pth", Top1 = 81.8, Top5 = 95.6, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitBasePatch16_224;

/// <content/>
[VisionTransformer(Name = "deit_base_distilled_patch16_224", Base = typeof(DeitBasePatch16_224), Distilled = true,
    Description = "DeiT-B with a distillation token.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_distilled_patch16_224-df68dfff.pth", Top1 = 83.384, Top5 = 96.492, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_distilled_patch16_224-df68dfff.pth", Top1 = 83.4, Top5 = 96.5, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitBaseDistilledPatch16_224;

/// <content/>
[VisionTransformer(Name = "deit_base_patch16_384", Base = typeof(DeitBasePatch16_224), ImageSize = 384, CropPct = 1,
    Description = "DeiT-B for images of 384×384 pixels.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_patch16_384-8de9b5d1.pth", Top1 = 83.108, Top5 = 96.376, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_patch16_384-8de9b5d1.pth", Top1 = 82.9, Top5 = 96.2, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitBasePatch16_384;

/// <content/>
[VisionTransformer(Name = "deit_base_distilled_patch16_384", Base = typeof(DeitBasePatch16_384), Distilled = true,
    Description = "DeiT-B with a distillation token for images of 384×384 pixels.")]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_distilled_patch16_384-d0272ac0.pth", Top1 = 85.438, Top5 = 97.332, Source = Sources.Timm)]
[PublishedWeights(Tag = "fb_in1k", Url = "https://dl.fbaipublicfiles.com/deit/deit_base_distilled_patch16_384-d0272ac0.pth", Top1 = 85.2, Top5 = 97.2, CropPct = 0.875, Source = Sources.Authors)]
public partial class DeitBaseDistilledPatch16_384;

/// <summary>Where the figures of published weights are from.</summary>
internal static class Sources
{
    public const string Timm = "huggingface/pytorch-image-models, results/results-imagenet.csv";
    public const string Authors = "facebookresearch/deit, README_deit.md";
}
