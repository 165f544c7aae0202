using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Deit.Checkpoints.Naming;

/// <summary>
/// The names of Hugging Face's DeiT and ViT (huggingface/transformers, models/deit and models/vit), of the bare model and of those
/// with heads. Query, key and value are three matrices there and one in timm, stacked in that order.
/// </summary>
internal sealed class HuggingFaceScheme : NamingScheme
{
    private const string PatchEmbedding = "embeddings.patch_embeddings.projection.weight";
    private const string Layer = "encoder.layer.";
    private const string Attention = "attention.attention.";

    private static readonly ImmutableArray<string> Prefixes = ["deit.", "vit.", ""];
    private static readonly ImmutableArray<string> Projections = ["query", "key", "value"];

    private static readonly FrozenDictionary<string, string> Tokens = new Dictionary<string, string>
    {
        ["embeddings.cls_token"] = "cls_token",
        ["embeddings.distillation_token"] = "dist_token",
        ["embeddings.position_embeddings"] = "pos_embed",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Modules = new Dictionary<string, string>
    {
        ["embeddings.patch_embeddings.projection"] = "patch_embed.proj",
        ["layernorm"] = "norm",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> ModulesOfLayer = new Dictionary<string, string>
    {
        ["attention.output.dense"] = "attn.proj",
        ["intermediate.dense"] = "mlp.fc1",
        ["output.dense"] = "mlp.fc2",
        ["layernorm_before"] = "norm1",
        ["layernorm_after"] = "norm2",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // The heads lie beside the model, behind no prefix.
    private static readonly FrozenDictionary<string, string> Heads = new Dictionary<string, string>
    {
        ["classifier"] = "head",
        ["cls_classifier"] = "head",
        ["distillation_classifier"] = "head_dist",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Name => "Hugging Face";

    /// <inheritdoc/>
    protected override bool IsUsedBy(ImmutableArray<string> names) => PrefixOf(names) is not null;

    /// <inheritdoc/>
    protected override IEnumerable<RenamedTensor> Rename(ImmutableArray<string> names)
    {
        string prefix = PrefixOf(names)!;
        var known = names.ToHashSet(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!name.StartsWith(prefix + Layer, StringComparison.Ordinal))
            {
                yield return new(Outside(name, prefix), name);
            }
            else if (!IsProjection(name, out string before, out string projection, out string after)
                || !Projections.All(other => known.Contains(before + other + after)))
            {
                yield return new(InLayer(name, prefix), name);
            }
            else if (projection == Projections[0])
            {
                string number = before[(prefix + Layer).Length..^Attention.Length];
                yield return new($"blocks.{number}attn.qkv{after}", [.. Projections.Select(other => before + other + after)]);
            }
        }
    }

    private static string? PrefixOf(ImmutableArray<string> names) =>
        Prefixes.FirstOrDefault(prefix => names.Contains(prefix + PatchEmbedding));

    private static string Outside(string name, string prefix)
    {
        (string module, string leaf) = Split(name);
        if (Heads.TryGetValue(module, out string? head)) return head + leaf;
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return name;
        string inner = name[prefix.Length..];
        return Tokens.GetValueOrDefault(inner)
            ?? (Modules.TryGetValue(Split(inner).Module, out string? renamed) ? renamed + leaf : name);
    }

    private static string InLayer(string name, string prefix)
    {
        (string module, string leaf) = Split(name[(prefix + Layer).Length..]);
        int dot = module.IndexOf('.');
        return dot >= 0 && ModulesOfLayer.TryGetValue(module[(dot + 1)..], out string? renamed)
            ? $"blocks.{module[..dot]}.{renamed}{leaf}"
            : name;
    }

    /// <summary>Cuts <c>deit.encoder.layer.3.attention.attention.query.bias</c> into what is before <c>query</c>, that, and <c>.bias</c>.</summary>
    private static bool IsProjection(string name, out string before, out string projection, out string after)
    {
        (string module, after) = Split(name);
        (before, string dotted) = Split(module);
        before += ".";
        projection = dotted.TrimStart('.');
        return before.EndsWith("." + Attention, StringComparison.Ordinal) && Projections.Contains(projection);
    }

    /// <summary>Cuts a name before its last dot.</summary>
    private static (string Module, string Leaf) Split(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot < 0 ? (name, "") : (name[..dot], name[dot..]);
    }
}
