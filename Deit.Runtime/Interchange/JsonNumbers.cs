using System.Text.Json;

namespace Deit.Interchange;

/// <summary>Numbers of a configuration that may hold anything.</summary>
internal static class JsonNumbers
{
    /// <summary>The whole number; null of anything else.</summary>
    public static long? AsInteger(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number) ? number : null;
}
