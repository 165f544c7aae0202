using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>Reads the numbers recorded from the reference implementations (see <c>Reference/GOLDEN.md</c>).</summary>
internal static class ReferenceFile
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Reference");

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Its path under <c>Reference</c>, with forward slashes: <c>recipe/losses.json</c>.</param>
    public static JsonElement Read(string path)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Root, path));
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    /// <summary>The numbers of a JSON array, nested arrays in row-major order.</summary>
    public static double[] Doubles(this JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Doubles)]
        : [element.GetDouble()];

    /// <summary>The integers of a JSON array, nested arrays in row-major order.</summary>
    public static long[] Longs(this JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Longs)]
        : [element.GetInt64()];

    /// <summary>A JSON number or array as a tensor whose shape is that of the nesting.</summary>
    public static Tensor ToTensor(this JsonElement element, Device device, ScalarType dtype = ScalarType.Float32)
    {
        using Tensor flat = tensor(element.Doubles(), dtype: dtype, device: device);
        return flat.reshape(Shape(element));
    }

    private static long[] Shape(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [element.GetArrayLength(), .. Shape(element[0])]
        : [];
}
