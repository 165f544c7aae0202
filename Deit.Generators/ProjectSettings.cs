using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Deit.Generators;

/// <summary>What the project says of itself.</summary>
/// <param name="Namespace">The namespace of models declared in YAML.</param>
/// <param name="Root">The folder that names of files are relative to.</param>
internal sealed record ProjectSettings(string Namespace, string Root)
{
    /// <summary>Reads the settings from MSBuild's properties.</summary>
    public static ProjectSettings Of(AnalyzerConfigOptions options) => new(
        options.TryGetValue("build_property.RootNamespace", out string? name) ? name : "",
        options.TryGetValue("build_property.DeitRoot", out string? root) ? root : "");
}

/// <summary>Which additional files are specs.</summary>
internal static class SpecFiles
{
    /// <summary>The mark of files that declare models.</summary>
    public const string Model = "model";

    /// <summary>The mark of recipes.</summary>
    public const string Recipe = "recipe";

    /// <summary>Whether the build marks a file so, whatever its name.</summary>
    public static bool Is(AdditionalText file, string kind, AnalyzerConfigOptionsProvider options) =>
        options.GetOptions(file).TryGetValue("build_metadata.AdditionalFiles.DeitKind", out string? marked) && marked == kind;
}
