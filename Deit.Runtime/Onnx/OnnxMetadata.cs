using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deit.Onnx;

/// <summary>
/// What an ONNX file says of its model in text, for whoever has nothing but the file. The keys of the preprocessing are those of
/// timm's <c>pretrained_cfg</c>; lists are JSON.
/// </summary>
internal static class OnnxMetadata
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The keys and texts in the order in which they are written.</summary>
    public static IEnumerable<(string Key, string Value)> Of(ModelDescription model, OnnxOptions options)
    {
        Preprocessing preprocessing = options.Preprocessing ?? model.Preprocessing;
        yield return ("model_name", model.Name);
        yield return ("family", model.Family);
        if (model.Paper is { } paper) yield return ("paper", paper);
        yield return ("input_size", JsonSerializer.Serialize(model.Input, Json));
        yield return ("crop_pct", preprocessing.CropPct.ToString(CultureInfo.InvariantCulture));
        yield return ("interpolation", preprocessing.Interpolation);
        yield return ("mean", JsonSerializer.Serialize(preprocessing.Mean, Json));
        yield return ("std", JsonSerializer.Serialize(preprocessing.Std, Json));
        yield return ("num_classes", model.Classes.ToString(CultureInfo.InvariantCulture));
        if (!options.Labels.IsDefaultOrEmpty) yield return ("labels", JsonSerializer.Serialize(options.Labels, Json));
    }
}
