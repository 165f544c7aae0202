using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Deit.Generators;

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
