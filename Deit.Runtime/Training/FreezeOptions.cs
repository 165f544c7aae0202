using Deit.Compiler;

namespace Deit.Training;

/// <summary>Which parameters a training leaves as they are.</summary>
public sealed record FreezeOptions
{
    /// <summary>Whose names begin with one of these, whole words: <c>patch_embed</c>, <c>blocks.0</c>.</summary>
    public EquatableArray<string> Prefixes { get; init; }

    /// <summary>
    /// Whether all are left but attention, position embeddings and heads ("Three things everyone should know about vision transformers",
    /// Touvron et al., arXiv 2203.09795, section 4; <c>--attn-only</c> of <c>facebookresearch/deit</c>).
    /// </summary>
    public bool AttentionOnly { get; init; }
}
