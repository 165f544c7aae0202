using Deit.Compiler.Specs;
using Deit.Tests.Support;
using NJsonSchema;

namespace Deit.Tests.Specs;

/// <summary>The JSON Schemas and the specs that name them.</summary>
internal static class JsonSchemaFiles
{
    /// <summary>All kinds of specs.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["model", "recipe", "study"];

    /// <summary>The kinds of specs by their folders.</summary>
    public static IReadOnlyDictionary<string, string> KindOfFolder { get; } = new Dictionary<string, string> { ["models"] = "model", ["recipes"] = "recipe" };

    /// <summary>Every spec, relative to the repository.</summary>
    public static IEnumerable<string> Specs => Directory
        .EnumerateFiles(RepositoryRoot.Combine("specs"), "*.yaml", SearchOption.AllDirectories)
        .Select(static file => Path.GetRelativePath(RepositoryRoot.Directory, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>Whether a file declares a model that derives from another, and states little itself.</summary>
    public static bool Derives(string path) => File.ReadLines(path).Any(static line => line.StartsWith("base: ", StringComparison.Ordinal));

    /// <summary>The path of a kind's schema, relative to the repository.</summary>
    public static string PathOf(string kind) => $"specs/schemas/{kind}.schema.json";

    /// <summary>What the compiler writes.</summary>
    public static string Write(string kind) => kind switch
    {
        "model" => JsonSchemaWriter.Model(),
        "study" => JsonSchemaWriter.Study(),
        _ => JsonSchemaWriter.Recipe(),
    };

    /// <summary>What the compiler writes, ready to validate.</summary>
    public static JsonSchema Load(string kind) => JsonSchema.FromJsonAsync(Write(kind)).GetAwaiter().GetResult();

    /// <summary>The kind of a spec, by its folder below <c>specs</c>; studies are among the recipes.</summary>
    public static string KindOf(string spec) => IsStudy(RepositoryRoot.Combine(spec)) ? "study" : KindOfFolder[spec.Split('/')[1]];

    /// <summary>Whether a file is a study.</summary>
    public static bool IsStudy(string path) => File.ReadLines(path).Any(static line => line.StartsWith("study: ", StringComparison.Ordinal));
}
