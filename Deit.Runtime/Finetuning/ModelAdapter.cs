using System.Collections.Immutable;
using Deit.Checkpoints;
using Deit.Compiler.Specs;
using Deit.Interchange;
using static TorchSharp.torch;

namespace Deit.Finetuning;

/// <summary>
/// Fits weights into a model of another number of classes or another image size, as DeiT's fine-tuning does: heads begin anew,
/// position embeddings are interpolated.
/// </summary>
internal sealed class ModelAdapter : IEntryAdapter
{
    private const string PositionEmbeddingName = "pos_embed";

    private readonly ImmutableArray<string> _heads;
    private readonly int? _prefixTokens;
    private readonly List<string> _changes = [];

    /// <param name="model">The model that the weights are for.</param>
    public ModelAdapter(IVisionModel model)
    {
        _heads = ModelHeads.Of(model.Description);
        _prefixTokens = PrefixTokensOf(model.GetType());
    }

    /// <summary>What was adapted, a sentence each: <c>pos_embed: 14x14 patches interpolated to 24x24</c>.</summary>
    public ImmutableArray<string> Changes => [.. _changes];

    /// <inheritdoc/>
    public bool TryAdapt(string name, Tensor entry, Tensor target, out Tensor adapted)
    {
        adapted = target;
        return IsOtherHead(name, entry, target) || IsOtherGrid(name, entry, target, out adapted);
    }

    /// <summary>How many position embeddings are of no patch; null of a model that has none, or whose tokens are not known.</summary>
    private static int? PrefixTokensOf(Type model)
    {
        if (GeneratedSpec.Of(model) is not { Family: "vision_transformer" } spec) return null;
        SpecTable values = spec.Values;
        if (values.Boolean("no_embed_class")) return 0;
        return (values.Boolean("class_token") ? 1 : 0) + (values.Boolean("distilled") ? 1 : 0) + (int)values.Integer("registers");
    }

    private bool IsOtherHead(string name, Tensor entry, Tensor target)
    {
        int dot = name.LastIndexOf('.');
        if (dot < 0 || !_heads.Contains(name[..dot]) || entry.dim() != target.dim()) return false;
        if (!entry.shape.AsSpan(1).SequenceEqual(target.shape.AsSpan(1))) return false;

        // Weight and bias are one head, and one change.
        string change = $"{name[..dot]}: begins anew, since the weights tell {entry.shape[0]} classes apart and the model {target.shape[0]}";
        if (!_changes.Contains(change)) _changes.Add(change);
        return true;
    }

    private bool IsOtherGrid(string name, Tensor entry, Tensor target, out Tensor adapted)
    {
        adapted = target;
        if (name != PositionEmbeddingName || _prefixTokens is not { } prefix || entry.dim() != 3) return false;
        if (entry.shape[0] != 1 || entry.shape[2] != target.shape[2]) return false;
        if (PositionEmbedding.GridOf(entry.shape[1], prefix) is not { } from || PositionEmbedding.GridOf(target.shape[1], prefix) is not { } to) return false;

        adapted = PositionEmbedding.Interpolate(entry, prefix, to);
        _changes.Add($"{name}: {from}x{from} patches interpolated to {to}x{to}");
        return true;
    }
}
