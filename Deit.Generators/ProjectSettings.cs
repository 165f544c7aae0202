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
