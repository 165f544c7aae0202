using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deit.Checkpoints;
using Deit.Compiler.Specs;
using Deit.Inference;

namespace Deit.Interchange;

/// <summary>The <c>config.json</c> by which timm (<c>local-dir:</c>, <c>hf-hub:</c>) and transformers make a model.</summary>
internal static class HubConfiguration
{
    /// <summary>The file's name.</summary>
    public const string FileName = "config.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the configuration of a model, in the form of <c>timm.models.save_for_hf</c>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="spec">Its spec.</param>
    /// <param name="architecture">What timm calls it.</param>
    /// <param name="preprocessing">How its images are prepared.</param>
    /// <param name="names">Its classes; null where their names are ImageNet's, which timm knows, or not known.</param>
    /// <param name="tag">What to call the weights.</param>
    public static string Write(
        IVisionModel model, ModelSpec spec, TimmArchitecture architecture, Preprocessing preprocessing, ClassNames? names, string tag)
    {
        ModelDescription description = model.Description;
        ImmutableArray<string> heads = ModelHeads.Of(description);
        var root = new JsonObject
        {
            ["architecture"] = architecture.Name,
            ["num_classes"] = description.Classes,
            ["num_features"] = StateDict.Of(model.Module)[$"{heads[0]}.weight"].shape[1],
            ["global_pool"] = spec.Values.TextOrNull("pool") ?? "avg",
        };
        if (names is not null) root["label_names"] = new JsonArray([.. names.Classes.Select(static item => JsonValue.Create(item.Id))]);
        if (names?.Classes.Any(static item => item.Id != item.Label) == true)
        {
            root["label_descriptions"] = new JsonObject(names.Classes
                .DistinctBy(static item => item.Id)
                .Select(static item => KeyValuePair.Create<string, JsonNode?>(item.Id, item.Label)));
        }

        if (!architecture.Arguments.IsEmpty)
        {
            root["model_args"] = new JsonObject(architecture.Arguments
                .Select(static argument => KeyValuePair.Create<string, JsonNode?>(argument.Key, Node(argument.Value))));
        }

        root["pretrained_cfg"] = Weights(description, spec, heads, preprocessing, tag);
        return root.ToJsonString(Json) + "\n";
    }

    private static JsonObject Weights(ModelDescription model, ModelSpec spec, ImmutableArray<string> heads, Preprocessing preprocessing, string tag)
    {
        TimmFamily family = TimmFamily.Find(spec.Family)!;
        var weights = new JsonObject
        {
            ["tag"] = tag,
            ["custom_load"] = false,
            ["input_size"] = Array(model.Input),
            ["fixed_input_size"] = family.HasFixedInput,
            ["interpolation"] = preprocessing.Interpolation,
            ["crop_pct"] = preprocessing.CropPct,
            ["crop_mode"] = "center",
            ["mean"] = Array(preprocessing.Mean),
            ["std"] = Array(preprocessing.Std),
            ["num_classes"] = model.Classes,
            ["pool_size"] = PoolSize(model, heads) is { } pool ? Array(pool) : null,
            ["first_conv"] = family.FirstConvolution,
            ["classifier"] = heads.Length == 1 ? heads[0] : Array(heads),
        };
        return weights;
    }

    /// <summary>Height and width of the features that are averaged at the end; null where tokens are.</summary>
    private static ImmutableArray<int>? PoolSize(ModelDescription model, ImmutableArray<string> heads)
    {
        LayerDescription? last = model.Layers.LastOrDefault(layer => layer.Output.Length == 3 && !heads.Contains(layer.Name));
        return last is null || TimmFamily.Find(model.Family) is null or { HasFixedInput: true } ? null : last.Output[1..];
    }

    private static JsonArray Array<T>(IEnumerable<T> values) => new([.. values.Select(static value => JsonValue.Create(value))]);

    private static JsonValue? Node(object value) => value switch
    {
        long integer => JsonValue.Create(integer),
        double number => JsonValue.Create(number),
        bool truth => JsonValue.Create(truth),
        _ => JsonValue.Create((string)value),
    };
}
