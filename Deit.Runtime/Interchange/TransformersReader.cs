using System.Collections.Immutable;
using System.Text.Json;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>Reads the configurations of transformers' ViT and DeiT (<c>configuration_vit.py</c>, <c>configuration_deit.py</c>).</summary>
internal static class TransformersReader
{
    // Ours; a smaller one makes no difference that float32 resolves at the variances that occur.
    private const double LayerNormEpsilon = 1e-6;

    private static readonly ImmutableArray<string> Types = ["vit", "deit"];
    private static readonly ImmutableArray<string> Dropouts = ["hidden_dropout_prob", "attention_probs_dropout_prob"];

    /// <summary>Reads a configuration; what it cannot express is noted in it. What is not stated is as transformers has it by default.</summary>
    /// <exception cref="DeitException">It is of another type of model.</exception>
    public static ConfigurationContent Read(ConfigurationTable configuration)
    {
        string type = configuration.Text("model_type") ?? "";
        if (!Types.Contains(type))
        {
            throw new DeitException($"'{configuration.Source}' is of the model type '{Spelling.Excerpt(type)}', which is of no family here: {string.Join(" and ", Types)} are.");
        }

        bool isDistilled = ReadKind(configuration, type);
        long width = configuration.Integer("hidden_size") ?? 768;
        var values = new Dictionary<string, object>
        {
            ["image_size"] = configuration.Side("image_size") ?? 224L,
            ["patch_size"] = configuration.Side("patch_size") ?? 16L,
            ["embed_dim"] = width,
            ["depth"] = configuration.Integer("num_hidden_layers") ?? 12L,
            ["heads"] = configuration.Integer("num_attention_heads") ?? 12L,
            ["classes"] = Classes(configuration),
        };
        if (isDistilled) values["distilled"] = true;
        if (configuration.Integer("num_channels") is { } channels and not 3) values["channels"] = channels;
        if (configuration.Find("qkv_bias") is { ValueKind: JsonValueKind.False }) values["qkv_bias"] = false;
        double ratio = (double)(configuration.Integer("intermediate_size") ?? 3072) / width;
        if (ratio != 4) values["mlp_ratio"] = ratio;

        RefuseOthers(configuration);
        IEnumerable<string> leftOut = Dropouts
            .Where(name => configuration.Number(name) is > 0)
            .Select(name => $"{name} {configuration.Find(name)!.Value.GetRawText()}");

        // The hub's names are OWNER/NAME.
        string name = configuration.Text("_name_or_path")?.Split('/')[^1] is { Length: > 0 } stated ? stated : $"{type}_model";
        return new(name, "vision_transformer", values, null, [.. leftOut]);
    }

    /// <summary>Whether the model has a distillation head.</summary>
    private static bool ReadKind(ConfigurationTable configuration, string type)
    {
        string? kind = configuration.Find("architectures") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(static item => item.ToString()).FirstOrDefault()
            : null;
        switch (kind)
        {
            case null when type == "vit":
            case "ViTForImageClassification":
                return false;
            case null:
            case "DeiTForImageClassificationWithTeacher":
                return true;
            case "DeiTForImageClassification":
                configuration.Refuse("architectures", $"{kind}, whose distillation token has no head");
                return true;
            default:
                configuration.Refuse("architectures", kind);
                return false;
        }
    }

    private static long Classes(ConfigurationTable configuration) => configuration.Find("id2label") is { ValueKind: JsonValueKind.Object } labels
        ? labels.EnumerateObject().Count()
        : configuration.Integer("num_labels") ?? 2;

    private static void RefuseOthers(ConfigurationTable configuration)
    {
        if (configuration.Text("hidden_act") is { } activation and not "gelu") configuration.Refuse("hidden_act", activation);
        if (configuration.Find("use_mask_token") is { ValueKind: JsonValueKind.True }) configuration.Refuse("use_mask_token", "true");
        if (configuration.Number("layer_norm_eps") is > LayerNormEpsilon and { } epsilon)
        {
            configuration.Refuse("layer_norm_eps", FormattableString.Invariant($"{epsilon}, where layer norms here have {LayerNormEpsilon}"));
        }
    }
}
