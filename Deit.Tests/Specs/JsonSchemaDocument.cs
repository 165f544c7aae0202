using System.Globalization;
using System.Text.RegularExpressions;
using Deit.Compiler.Specs;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace Deit.Tests.Specs;

/// <summary>A spec as the values of its keys, written as YAML writes them, so that tests can replace one by anything.</summary>
/// <param name="values">The values by their dotted paths.</param>
internal sealed partial class JsonSchemaDocument(IReadOnlyDictionary<string, string> values)
{
    private YamlFile? _file;

    /// <summary>The values by their dotted paths.</summary>
    public IReadOnlyDictionary<string, string> Values { get; } = values;

    /// <summary>The spec in YAML's flow style.</summary>
    public string Text => Render([.. Values.Select(static value => (value.Key.Split('.'), value.Value))]);

    private YamlFile File => _file ??= YamlFile.Read("spec.yaml", Text);

    /// <summary>The document that a text is.</summary>
    public static JsonSchemaDocument Of(string text)
    {
        var values = new Dictionary<string, string>();
        Flatten(YamlFile.Read("spec.yaml", text).Root!, "", values);
        return new(values);
    }

    /// <summary>With another value; null takes the key away, and all below it.</summary>
    public JsonSchemaDocument With(string path, string? value)
    {
        Dictionary<string, string> changed = Values
            .Where(entry => entry.Key != path && !entry.Key.StartsWith(path + ".", StringComparison.Ordinal))
            .ToDictionary();
        if (value is not null) changed.Add(path, value);
        return new(changed);
    }

    /// <summary>The keys at which the compiler's reader refuses it; a table from which a key is missing is at fault itself.</summary>
    public string[] RefusedByReader(Schema schema)
    {
        Assert.Empty(File.Findings);
        TableReading reading = TableReader.Read(File.Root!, File.Places, schema);
        return [.. reading.Findings
            .Select(finding => File.Places.Keys.FirstOrDefault(place => place.Key == finding.Place || place.Value == finding.Place)?.Path ?? "")
            .Concat(RefusedItems(schema, File.Root!))
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>The keys with an item that is none of those that the key takes.</summary>
    private static IEnumerable<string> RefusedItems(Schema schema, RawTable table) => schema.Keys
        .Where(key => key.Items.Length > 0 && table.Find(key.Name) is RawList list && list.Items.OfType<RawTable>().Any(item => !key.Items.Any(kind => Accepts(kind, item))))
        .Select(static key => key.Name);

    private static bool Accepts(Schema schema, RawTable table) => TableReader.Read(table, schema).Findings.Count == 0 && !RefusedItems(schema, table).Any();

    /// <summary>The keys at which a JSON Schema refuses it; a list is at fault where an item is.</summary>
    public string[] RefusedBySchema(JsonSchema schema) => [.. schema.Validate(ToJson(File.Root!))
        .Select(static error => (error.Kind, Path: ItemIndex().Replace(error.Path?.TrimStart('#', '/') ?? "", "")))
        .Select(static error => error.Kind == ValidationErrorKind.PropertyRequired ? Parent(error.Path) : error.Path)
        .Distinct()
        .Order(StringComparer.Ordinal)];

    /// <summary>What an editor makes of a value: YAML's core schema.</summary>
    private static JToken ToJson(RawValue value) => value switch
    {
        RawTable table => new JObject(table.Entries.Select(static entry => new JProperty(entry.Key, ToJson(entry.Value)))),
        RawList list => new JArray(list.Items.Select(ToJson)),
        RawScalar { IsNull: true } => JValue.CreateNull(),
        RawScalar { IsPlain: true, Text: "true" or "True" or "false" or "False" } scalar => new JValue(scalar.Text[0] is 't' or 'T'),
        RawScalar { IsPlain: true } scalar when Integer().IsMatch(scalar.Text) => new JValue(long.Parse(scalar.Text, CultureInfo.InvariantCulture)),
        RawScalar { IsPlain: true } scalar when Number().IsMatch(scalar.Text) => new JValue(double.Parse(scalar.Text, CultureInfo.InvariantCulture)),
        RawScalar scalar => new JValue(scalar.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    private static void Flatten(RawTable table, string prefix, Dictionary<string, string> values)
    {
        foreach (RawEntry entry in table.Entries)
        {
            if (entry.Value is RawTable { Entries.Count: > 0 } nested) Flatten(nested, $"{prefix}{entry.Key}.", values);
            else values.Add(prefix + entry.Key, Token(entry.Value));
        }
    }

    // Any other plain text is quoted: in flow style a comma or a brace would end it.
    private static string Token(RawValue value) => ToJson(value) is JValue { Type: not (JTokenType.String or JTokenType.Null) } && value is RawScalar scalar
        ? scalar.Text
        : ToJson(value).ToString(Newtonsoft.Json.Formatting.None);

    private static string Render((string[] Path, string Value)[] values)
    {
        IEnumerable<string> members = values.GroupBy(static value => value.Path[0]).Select(static group => group.First() is ({ Length: 1 }, string token)
            ? $"{group.Key}: {token}"
            : $"{group.Key}: {Render([.. group.Select(static value => (value.Path[1..], value.Value))])}");
        return $"{{{string.Join(", ", members)}}}";
    }

    private static string Parent(string path) => path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : "";

    [GeneratedRegex(@"\[\d+\].*")]
    private static partial Regex ItemIndex();

    [GeneratedRegex(@"^[-+]?\d+$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$")]
    private static partial Regex Number();
}
