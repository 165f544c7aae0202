using Deit.Models;

namespace Deit.Benchmarks;

// Stochastic depth at one rate in every block, where DeiT lets it rise from 0 to the declared one.

/// <content/>
[VisionTransformer(Name = "deit_tiny_depth_10", Base = typeof(DeitTinyPatch16_224), DropPathPerBlock = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])]
internal sealed partial class DeitTinyDepth10;

/// <content/>
[VisionTransformer(Name = "deit_tiny_depth_30", Base = typeof(DeitTinyPatch16_224), DropPathPerBlock = [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3])]
internal sealed partial class DeitTinyDepth30;

/// <content/>
[VisionTransformer(Name = "deit_tiny_depth_50", Base = typeof(DeitTinyPatch16_224), DropPathPerBlock = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])]
internal sealed partial class DeitTinyDepth50;

/// <content>A branch is left out of all images of a step together.</content>
[VisionTransformer(Name = "deit_tiny_batch_depth", Base = typeof(DeitTinyPatch16_224), DropPathMode = "batch")]
internal sealed partial class DeitTinyBatchDepth;

/// <content/>
[VisionTransformer(Name = "deit_tiny_batch_depth_10", Base = typeof(DeitTinyDepth10), DropPathMode = "batch")]
internal sealed partial class DeitTinyBatchDepth10;

/// <content/>
[VisionTransformer(Name = "deit_tiny_batch_depth_30", Base = typeof(DeitTinyDepth30), DropPathMode = "batch")]
internal sealed partial class DeitTinyBatchDepth30;

/// <content/>
[VisionTransformer(Name = "deit_tiny_batch_depth_50", Base = typeof(DeitTinyDepth50), DropPathMode = "batch")]
internal sealed partial class DeitTinyBatchDepth50;
