using System.Collections.Immutable;
using System.Text.Json;

namespace Deit.Interchange;

/// <summary>The preprocessing of a <c>pretrained_cfg</c>, timm's description of weights.</summary>
internal static class TimmPreprocessing
{
    /// <summary>Reads it; what is not stated is as timm has it by default. Null of none.</summary>
    public static Preprocessing? Read(JsonElement? stated)
    {
        if (stated is not { } configuration) return null;
        Preprocessing standard = Preprocessing.Default;
        return new()
        {
            CropPct = Find(configuration, "crop_pct", JsonValueKind.Number)?.GetDouble() ?? standard.CropPct,
            Interpolation = Find(configuration, "interpolation", JsonValueKind.String)?.GetString() ?? standard.Interpolation,
            Mean = Numbers(configuration, "mean") ?? standard.Mean,
            Std = Numbers(configuration, "std") ?? standard.Std,
        };
    }

    private static ImmutableArray<double>? Numbers(JsonElement configuration, string name) =>
        Find(configuration, name, JsonValueKind.Array) is { } list && list.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Number)
            ? [.. list.EnumerateArray().Select(static item => item.GetDouble())]
            : null;

    private static JsonElement? Find(JsonElement configuration, string name, JsonValueKind kind) =>
        configuration.ValueKind == JsonValueKind.Object && configuration.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind ? value : null;
}
