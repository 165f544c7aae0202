using System.Globalization;
using System.Text.Json;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>A table of another library's configuration, and what of it no spec can express.</summary>
/// <param name="source">The file, for messages.</param>
/// <param name="table">The JSON object.</param>
internal sealed class ConfigurationTable(string source, JsonElement table)
{
    private readonly List<string> _inexpressible = [];

    /// <summary>The file.</summary>
    public string Source => source;

    /// <summary>The names of the values, and the values that are not null.</summary>
    public IEnumerable<(string Name, JsonElement Value)> Entries => table.EnumerateObject()
        .Where(static entry => entry.Value.ValueKind != JsonValueKind.Null)
        .Select(static entry => (entry.Name, entry.Value));

    /// <summary>A value that is not null; otherwise null.</summary>
    public JsonElement? Find(string name) =>
        table.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A table in this one, whose faults are this one's; an empty one where it is not there.</summary>
    public ConfigurationTable Inner(string name) =>
        new(source, Find(name) is { ValueKind: JsonValueKind.Object } inner ? inner : JsonDocument.Parse("{}").RootElement);

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A number, or null.</summary>
    public double? Number(string name) => Find(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>A whole number, or null.</summary>
    public long? Integer(string name) => Find(name)?.AsInteger();

    /// <summary>The side of a square that is stated as a number or as a pair; null where it is not stated, or no square.</summary>
    public long? Side(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } pair) return Integer(name);
        if (pair.EnumerateArray().Select(JsonNumbers.AsInteger).ToArray() is [{ } height, { } width] && height == width) return height;
        Refuse(name, pair.GetRawText());
        return null;
    }

    /// <summary>Notes something that no spec can express.</summary>
    public void Refuse(string name, string value) => _inexpressible.Add($"{Spelling.Excerpt(name)}: {Spelling.Excerpt(value)}");

    /// <summary>Takes over what another table of the same file cannot express.</summary>
    public void RefuseAll(ConfigurationTable other) => _inexpressible.AddRange(other._inexpressible);

    /// <summary>Fails where something cannot be expressed.</summary>
    /// <exception cref="DeitException">All of it, named.</exception>
    public void RequireExpressible()
    {
        if (_inexpressible.Count == 0) return;
        string many = _inexpressible.Count == 1 ? "a thing" : string.Create(CultureInfo.InvariantCulture, $"{_inexpressible.Count} things");
        throw new DeitException($"'{source}' says {many} that no spec can: {string.Join("; ", _inexpressible)}.");
    }
}
