using System.Globalization;
using Deit.Compiler.Families;
using Deit.Compiler.Specs;
using Deit.Tests.Support;
using NJsonSchema;

namespace Deit.Tests.Specs;

/// <summary>An editor, by the JSON Schema, and the compiler, by its tables of keys, refuse the same keys and values.</summary>
public sealed class JsonSchemaAgreementTests
{
    private const string Student = "name: a\nfamily: vision_transformer\nembed_dim: 192\ndepth: 2\nheads: 3";

    private static readonly string[] Anything =
    [
        "~", "word", "\"1\"", "''", "true", "False", "0", "1", "-1", "1.5", "1e-3", "8", "-1e3",
        "[]", "[1]", "[1, 2]", "[1.5]", "[0.5, 1e-3]", "[word]", "['1']", "[~]", "[true]", "[[1]]", "[-1]", "[1, -1e9]",
        "{}", "{a: 1}", "[{a: 1}]", "[{a: 1}, 2]",
    ];

    public static TheoryData<string> Families => [.. Family.All.Select(static family => family.Name)];

    /// <summary>Recipes, and models that derive from no other; of those that do, the first. What a study says is said in tables of tables.</summary>
    public static TheoryData<string> Specs
    {
        get
        {
            ILookup<bool, string> specs = JsonSchemaFiles.Specs.Where(static spec => JsonSchemaFiles.KindOf(spec) != "study").ToLookup(static spec => JsonSchemaFiles.Derives(RepositoryRoot.Combine(spec)));
            return [.. specs[false], .. specs[true].Take(1)];
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Both_refuse_the_same_values_of_a_family(string name)
    {
        Family family = Family.Find(name)!;
        Schema keys = KeysOf(family);

        Assert.True(AssertAgreement(Minimal(keys), keys, JsonSchemaFiles.Load("model").Definitions[name]) > 300);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Both_refuse_the_same_values_of_a_derived_model(string name)
    {
        Schema keys = KeysOf(Family.Find(name)!);
        Schema derived = Derived(keys);
        JsonSchemaDocument document = Minimal(derived);

        Assert.True(AssertAgreement(document, derived, JsonSchemaFiles.Load("model").Definitions[name], static path => path != "base") > 300);
    }

    [Fact]
    public void Both_refuse_the_same_values_of_a_recipe()
    {
        JsonSchemaDocument document = Minimal(RecipeSchema.Recipe).With("teacher.model", "b").With("distillation.type", "hard").With("data.image_size", "32");

        Assert.True(AssertAgreement(document, RecipeSchema.Recipe, JsonSchemaFiles.Load("recipe")) > 1000);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Both_refuse_the_same_changes_of_a_spec(string spec)
    {
        JsonSchemaDocument document = JsonSchemaDocument.Of(File.ReadAllText(RepositoryRoot.Combine(spec)));
        JsonSchema schema = JsonSchemaFiles.Load(JsonSchemaFiles.KindOf(spec));
        Schema keys = RecipeSchema.Recipe;
        if (JsonSchemaFiles.KindOf(spec) == "model")
        {
            Family? family = Family.Find(document.Values.GetValueOrDefault("family", "").Trim('"'));
            schema = schema.Definitions[family?.Name ?? "derived"];
            keys = family is null ? AnyFamily() : KeysOf(family);
            if (document.Values.ContainsKey("base")) keys = Derived(keys);
        }

        AssertAgreement(document, keys, schema, path => path != "base" && document.Values.ContainsKey(path));
    }

    [Theory]
    [InlineData(Student, true)]
    [InlineData($"{Student}\nclasses: 10\ndrop_path: 0.1\ndistilled: true\ndescription: 12", true)]
    [InlineData($"{Student}\nclases: 10", false)]
    [InlineData($"{Student}\nclasses: ten", false)]
    [InlineData($"{Student}\nclasses: '10'", false)]
    [InlineData($"{Student}\nclasses: 0", false)]
    [InlineData($"{Student}\nclasses:", false)]
    [InlineData($"{Student}\nwidths: [8, 16]", false)]
    [InlineData("name: a\nembed_dim: 192\ndepth: 2\nheads: 3", false)]
    [InlineData("name: a\nfamily: transformer\nembed_dim: 192\ndepth: 2\nheads: 3", false)]
    [InlineData("name: a\nfamily: vision_transformer\nembed_dim: 192\ndepth: 2", false)]
    [InlineData("name: a\nfamily: regnet\ngroup_width: 8\ndepths: [1, 1]\nwidths: [8, 16]", true)]
    [InlineData("name: a\nfamily: regnet\ngroup_width: 8\ndepths: [1, 1]\nwidths: [8, 16.5]", false)]
    [InlineData("name: a\nfamily: regnet\ngroup_width: 8\ndepths: 1\nwidths: [8]", false)]
    [InlineData("name: a\nfamily: regnet\ngroup_width: 8\ndepths: []\nwidths: []", false)]
    public void The_schema_of_models_accepts_what_compiles(string text, bool accepted)
    {
        ModelDeclaration declaration = ModelResolver.Resolve([YamlModels.Read("a.yaml", text, "Sample")], []).Declarations.Single();

        Assert.Equal(accepted, declaration.Findings.Count == 0);
        Assert.Equal(accepted, JsonSchemaDocument.Of(text).RefusedBySchema(JsonSchemaFiles.Load("model")).Length == 0);
    }

    [Theory]
    [InlineData("name: a\nbase: deit_tiny_patch16_224", true)]
    [InlineData("name: a\nbase: deit_tiny_patch16_224\nclasses: 10\nembed_dim: 384", true)]
    [InlineData("name: a\nbase: regnety_002\nwidths: [8, 16]", true)]
    [InlineData("name: a\nbase: regnety_002\nfamily: regnet\nclasses: 10", true)]
    [InlineData("name: a\nbase: regnety_002\nclasses: 0", false)]
    [InlineData("name: a\nbase: regnety_002\ngroups: 4", false)]
    [InlineData("base: regnety_002\nclasses: 10", false)]
    [InlineData("name: a\nclasses: 10", false)]
    public void A_derived_model_states_the_difference_alone(string text, bool accepted) =>
        Assert.Equal(accepted, JsonSchemaDocument.Of(text).RefusedBySchema(JsonSchemaFiles.Load("model")).Length == 0);

    /// <summary>Puts anything in the place of every value, or of those that <paramref name="changes"/> names, and compares who refuses it; returns how many documents were compared.</summary>
    private static int AssertAgreement(JsonSchemaDocument document, Schema keys, JsonSchema schema, Func<string, bool>? changes = null)
    {
        Assert.Empty(document.RefusedByReader(keys));
        int compared = 0;
        int refused = 0;
        foreach ((string path, Key? key) in Paths(keys, "").Where(item => changes?.Invoke(item.Path) ?? true))
        {
            foreach (string? value in Anything.Concat(key is null ? [] : Around(key)).Append(null))
            {
                JsonSchemaDocument changed = document.With(path, value);
                string[] reader = changed.RefusedByReader(keys);
                string[] editor = changed.RefusedBySchema(schema);
                Assert.True(reader.SequenceEqual(editor), $"{changed.Text}\nthe reader refuses [{string.Join(", ", reader)}], the schema [{string.Join(", ", editor)}]");
                compared++;
                if (reader.Length > 0) refused++;
            }
        }

        Assert.InRange(refused, compared / 4, compared - 1);
        return compared;
    }

    /// <summary>Every key, tables too, and beside each the same with a slip of the fingers.</summary>
    private static IEnumerable<(string Path, Key? Key)> Paths(Schema schema, string prefix) => schema.Keys.SelectMany(key => (IEnumerable<(string, Key?)>)
    [
        (prefix + key.Name, key),
        ($"{prefix}{key.Name}x", null),
        .. key.Table is { } table ? Paths(table, $"{prefix}{key.Name}.") : [],
    ]);

    /// <summary>The values at the ends of a key's range and beyond them, alone and in lists; its choices.</summary>
    private static IEnumerable<string> Around(Key key)
    {
        double step = key.Kind == ValueKind.Number ? 0.25 : 1;
        IEnumerable<string> numbers = new[] { key.Minimum - step, key.Minimum, key.Maximum, key.Maximum + step }
            .Where(double.IsFinite)
            .Select(static number => number.ToString("0.############", CultureInfo.InvariantCulture));
        return [.. key.Choices, .. numbers, .. numbers.Select(static number => $"[{number}]"), .. numbers.Select(static number => $"[{number}, {number}]")];
    }

    /// <summary>A family's keys, the family stated.</summary>
    private static Schema KeysOf(Family family) => family.Schema with
    {
        Keys = [.. family.Schema.Keys.Select(key => key.Name == "family" ? key with { Required = true, Choices = [family.Name] } : key)],
    };

    /// <summary>The keys of a model whose family is its base's: any family's.</summary>
    private static Schema AnyFamily() => new("a model", [.. Family.All
        .SelectMany(static family => family.Schema.Keys)
        .Where(static key => key.Name != "family")
        .DistinctBy(static key => key.Name)]);

    /// <summary>The keys of a model that derives from another, which states what this one does not.</summary>
    private static Schema Derived(Schema keys) => keys with
    {
        Keys = [.. keys.Keys.Select(static key => key.Name is "name" or "family" ? key : key with { Required = key.Name == "base" })],
    };

    private static JsonSchemaDocument Minimal(Schema schema) => new(Required(schema, "").ToDictionary());

    private static IEnumerable<KeyValuePair<string, string>> Required(Schema schema, string prefix) => schema.Keys
        .Where(static key => key.Required)
        .SelectMany(key => key.Table is { } table ? Required(table, $"{prefix}{key.Name}.") : [KeyValuePair.Create(prefix + key.Name, Valid(key))]);

    private static string Valid(Key key) => key switch
    {
        { Choices: [string first, ..] } => first,
        { Kind: ValueKind.Text } => "a",
        { Kind: ValueKind.Boolean } => "true",
        { Kind: ValueKind.Tables, Items.Length: 1 } => "[{block: a, steps: [{op: relu}]}]",
        { Kind: ValueKind.Tables } => "[{op: relu}]",
        { Kind: ValueKind.Integers } => $"[{Spelling.Number(key.Minimum)}]",
        _ => Spelling.Number(double.IsInfinity(key.Minimum) ? 1 : key.Minimum),
    };
}
