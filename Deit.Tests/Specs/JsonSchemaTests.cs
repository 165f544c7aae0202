using System.Text.Json;
using Deit.Compiler.Families;
using Deit.Compiler.Specs;
using Deit.Testing;
using Deit.Tests.Support;
using Newtonsoft.Json.Linq;

namespace Deit.Tests.Specs;

/// <summary>The schemas that editors read are those that the compiler writes, and every spec names its own.</summary>
public sealed class JsonSchemaTests
{
    public static TheoryData<string> Kinds => [.. JsonSchemaFiles.Kinds];

    public static TheoryData<string> Specs => [.. JsonSchemaFiles.Specs];

    public static TheoryData<string> Families => [.. Family.All.Select(static family => family.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_checked_in_schema_is_what_the_compiler_writes(string kind)
    {
        string path = RepositoryRoot.Combine(JsonSchemaFiles.PathOf(kind));
        string written = JsonSchemaFiles.Write(kind);
        Assert.True(SnapshotModes.Current != SnapshotMode.RefuseToAccept, "UPDATE_SNAPSHOTS is refused under CI: a schema is accepted by a person.");
        if (SnapshotModes.Current == SnapshotMode.Accept) File.WriteAllText(path, written);

        string checkedIn = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(checkedIn == written, $"{JsonSchemaFiles.PathOf(kind)} is not what the compiler writes. Accept with: UPDATE_SNAPSHOTS=1 dotnet test");
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Every_spec_is_valid_and_names_its_schema_for_every_editor(string spec)
    {
        string text = File.ReadAllText(RepositoryRoot.Combine(spec));
        string schema = Path.GetRelativePath(Path.GetDirectoryName(spec)!, JsonSchemaFiles.PathOf(JsonSchemaFiles.KindOf(spec))).Replace('\\', '/');

        Assert.Equal([$"# yaml-language-server: $schema={schema}", $"# $schema: {schema}"], text.Split('\n')[..2]);
        Assert.Empty(JsonSchemaDocument.Of(text).RefusedBySchema(JsonSchemaFiles.Load(JsonSchemaFiles.KindOf(spec))));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_family_has_all_its_keys_with_what_is_known_of_them(string family)
    {
        JObject root = JObject.Parse(JsonSchemaFiles.Write("model"));

        AssertTold(Family.Find(family)!.Schema, (JObject)root["definitions"]![family]!);
    }

    [Fact]
    public void A_recipe_has_all_its_keys_with_what_is_known_of_them() =>
        AssertTold(RecipeSchema.Recipe, JObject.Parse(JsonSchemaFiles.Write("recipe")));

    [Fact]
    public void A_study_has_all_its_keys_with_what_is_known_of_them()
    {
        JObject written = JObject.Parse(JsonSchemaFiles.Write("study"));

        AssertTold(StudySchema.Study, written);
        AssertTold(StudySchema.Arm, (JObject)written.SelectToken("properties.arms.items.oneOf[0]")!);
    }

    [Fact]
    public void Json_is_read_back_as_it_was_meant()
    {
        const string Awkward = "a \"quoted\" \\ path,\ntab\t, bell\u0007, 3×3, 😀";
        string text = JsonWriter.Document(static json =>
        {
            json.Member(Awkward, Awkward);
            json.Member("number", 1e-12);
            json.Member("integer", long.MaxValue);
            json.Object("empty", static () => { });
            json.Objects("objects", [() => json.Member("truth", true), static () => { }]);
            json.Member("texts", ["a", "b"]);
        });

        using var parsed = JsonDocument.Parse(text);
        Assert.Equal(Awkward, parsed.RootElement.GetProperty(Awkward).GetString());
        Assert.Contains("3×3", text, StringComparison.Ordinal);
        Assert.Equal(1e-12, parsed.RootElement.GetProperty("number").GetDouble());
        Assert.Equal(long.MaxValue, parsed.RootElement.GetProperty("integer").GetInt64());
        Assert.Empty(parsed.RootElement.GetProperty("empty").EnumerateObject());
        Assert.Equal(2, parsed.RootElement.GetProperty("objects").GetArrayLength());
        Assert.Equal(["a", "b"], parsed.RootElement.GetProperty("texts").EnumerateArray().Select(static item => item.GetString()));
    }

    [Fact]
    public void What_json_cannot_say_is_refused_or_escaped()
    {
        Assert.Contains("\\ud800", JsonWriter.Document(static json => json.Member("half", "\ud800")), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => JsonWriter.Document(static json => json.Member("number", double.NaN)));
    }

    private static void AssertTold(Schema schema, JObject written)
    {
        var properties = (JObject)written["properties"]!;
        Assert.Equal(schema.Keys.Select(static key => key.Name), properties.Properties().Select(static property => property.Name));
        foreach (Key key in schema.Keys)
        {
            var property = (JObject)properties[key.Name]!;
            Assert.Equal(key.Description, (string?)property["description"]);
            Assert.NotEmpty(key.Description);
            Assert.Equal(key.Default is null ? null : JToken.FromObject(key.Default).ToString(), property["default"]?.ToString());
            if (!double.IsInfinity(key.Minimum)) Assert.Contains(key.Minimum, property.SelectTokens("..minimum").Select(static token => (double)token));
            if (!double.IsInfinity(key.Maximum)) Assert.Contains(key.Maximum, property.SelectTokens("..maximum").Select(static token => (double)token));
            if (key.Table is { } table) AssertTold(table, property);
        }
    }
}
