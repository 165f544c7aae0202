using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Families;

namespace Deit.Compiler.Specs;

/// <summary>
/// Writes the readers' tables of keys as JSON Schemas (draft-07), by which editors complete, explain and check a file while it
/// is typed. A schema accepts the keys, types and ranges that <see cref="TableReader"/> accepts; what holds between keys is
/// the compiler's to say.
/// </summary>
public static class JsonSchemaWriter
{
    private const string Draft = "http://json-schema.org/draft-07/schema#";
    private const string Derived = "derived";
    private const string Origin = "Written from the compiler's own tables of keys by Deit.Compiler/Specs/JsonSchemaWriter.cs.";

    /// <summary>
    /// The schema of a file that declares a model: an alternative for each family, told apart by <c>family</c>, and one for a
    /// model that leaves its family to its base.
    /// </summary>
    public static string Model() => JsonWriter.Document(json =>
    {
        Introduce(json, "A model", "A vision model, which the generator compiles to a TorchSharp module.");
        json.Objects("oneOf", Family.All.Select(static family => family.Name).Append(Derived).Select(name => Reference(json, $"#/definitions/{name}")));
        json.Object("definitions", () =>
        {
            foreach (Family family in Family.All) json.Object(family.Name, () => OfFamily(json, family));
            json.Object(Derived, () => OfBase(json));
        });
    });

    /// <summary>The schema of a recipe.</summary>
    public static string Recipe() => JsonWriter.Document(json =>
    {
        Introduce(json, "A recipe", "How a student is trained, and what it learns from which teacher.");
        Table(json, RecipeSchema.Recipe);
    });

    /// <summary>The schema of a study.</summary>
    public static string Study() => JsonWriter.Document(json =>
    {
        Introduce(json, "A study", "Recipes that are trained one after another, to be compared.");
        Table(json, StudySchema.Study);
    });

    private static void Introduce(JsonWriter json, string title, string description)
    {
        json.Member("$schema", Draft);
        json.Member("$comment", Origin);
        json.Member("title", title);
        json.Member("description", description);
    }

    private static void OfFamily(JsonWriter json, Family family)
    {
        Key[] keys = [.. family.Schema.Keys.Select(key => key.Name == "family" ? key with { Choices = [family.Name] } : key)];
        Begin(json, [.. Required(ModelKeys.All), "family"]);
        string[] own = [.. Required(family.Keys)];
        // What the base states need not be stated again.
        if (own.Length > 0) json.Objects("anyOf", [() => json.Member("required", own), () => json.Member("required", ["base"])]);
        Properties(json, keys);
    }

    /// <summary>A base says which family it is, and is not known here: any family's keys will do.</summary>
    private static void OfBase(JsonWriter json)
    {
        Begin(json, [.. Required(ModelKeys.All), "base"]);
        json.Object("properties", () =>
        {
            IEnumerable<(string Path, Key Key)> all = Family.All.SelectMany(static family =>
                family.Schema.Keys.Where(static key => key.Name != "family").Select(key => ($"#/definitions/{family.Name}/properties/{key.Name}", key)));
            foreach (IGrouping<string, (string Path, Key Key)> same in all.GroupBy(static item => item.Key.Name))
            {
                Action[] different = [.. same.GroupBy(static item => item.Key).Select(group => Reference(json, group.First().Path))];
                json.Object(same.Key, different.Length == 1 ? different[0] : () => json.Objects("anyOf", different));
            }
        });
    }

    private static Action Reference(JsonWriter json, string path) => () => json.Member("$ref", path);

    private static IEnumerable<string> Required(IEnumerable<Key> keys) => keys.Where(static key => key.Required).Select(static key => key.Name);

    private static void Table(JsonWriter json, Schema schema)
    {
        Begin(json, [.. Required(schema.Keys)]);
        Properties(json, schema.Keys);
    }

    private static void Begin(JsonWriter json, string[] required)
    {
        json.Member("type", "object");
        json.Member("additionalProperties", false);
        if (required.Length > 0) json.Member("required", required);
    }

    private static void Properties(JsonWriter json, IEnumerable<Key> keys) => json.Object("properties", () =>
    {
        foreach (Key key in keys) json.Object(key.Name, () => Property(json, key));
    });

    private static void Property(JsonWriter json, Key key)
    {
        json.Member("description", key.Description);
        if (key.Default is { } value) json.Member("default", value);
        if (key.Table is { } table) Table(json, table);
        else if (key.PerBlock) ScalarOrList(json, key.Kind, key);
        else if (key.Kind == ValueKind.Texts) ScalarOrList(json, ValueKind.Text, key);
        else if (key.Kind == ValueKind.Integers) List(json, () => Scalar(json, ValueKind.Integer, key));
        else if (key.Kind == ValueKind.Numbers) List(json, () => Scalar(json, ValueKind.Number, key));
        else if (key.Kind == ValueKind.Tables) List(json, () => json.Objects("oneOf", key.Items.Select(schema => (Action)(() => Table(json, schema)))));
        else Scalar(json, key.Kind, key);
    }

    private static void ScalarOrList(JsonWriter json, ValueKind kind, Key key) =>
        json.Objects("oneOf", [() => Scalar(json, kind, key), () => List(json, () => Scalar(json, kind, key))]);

    private static void List(JsonWriter json, Action items)
    {
        json.Member("type", "array");
        json.Member("minItems", 1L);
        json.Object("items", items);
    }

    private static void Scalar(JsonWriter json, ValueKind kind, Key key)
    {
        switch (kind)
        {
            case ValueKind.Integer or ValueKind.Number:
                json.Member("type", kind == ValueKind.Integer ? "integer" : "number");
                if (!double.IsInfinity(key.Minimum)) json.Member("minimum", key.Minimum);
                if (!double.IsInfinity(key.Maximum)) json.Member("maximum", key.Maximum);
                break;
            case ValueKind.Boolean:
                json.Member("type", "boolean");
                break;
            case ValueKind.Text when key.Choices.Length > 0:
                json.Member("type", "string");
                json.Member("enum", key.Choices);
                break;
            case ValueKind.Text:
                // The reader takes what stands there as a text, quoted or not, where an editor sees a number.
                json.Member("type", ["string", "number", "boolean"]);
                json.Member("minLength", 1L);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind has no rule in JSON Schema yet.");
        }
    }
}
