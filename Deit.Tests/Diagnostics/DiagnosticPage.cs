using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;
using Deit.Tests.Generators;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Diagnostics;

/// <summary>The page of a rule: its title and its examples.</summary>
/// <param name="Title">The heading of the page.</param>
/// <param name="Examples">What stands under the headings that begin with "Wrong" and "Right".</param>
internal sealed partial record DiagnosticPage(string Title, IReadOnlyList<DiagnosticExample> Examples)
{
    /// <summary>Reads the page of a rule.</summary>
    public static DiagnosticPage Of(Rule rule)
    {
        string text = File.ReadAllText(RepositoryRoot.Combine(rule.HelpPage.Split('/'))).ReplaceLineEndings("\n");
        string[] sections = Heading().Split(text);
        return new(text.Split('\n')[0], [.. sections
            .Where(static section => section.StartsWith("Wrong", StringComparison.Ordinal) || section.StartsWith("Right", StringComparison.Ordinal))
            .Select(static section => new DiagnosticExample(section.StartsWith("Wrong", StringComparison.Ordinal), [.. CodeBlock().Matches(section).Select(static match => (match.Groups[1].Value, match.Groups[2].Value))]))]);
    }

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}

/// <summary>A project in one section of a page.</summary>
/// <param name="IsWrong">Whether it breaks the rule.</param>
/// <param name="Blocks">Its code blocks, with their languages.</param>
internal sealed partial record DiagnosticExample(bool IsWrong, IReadOnlyList<(string Language, string Text)> Blocks)
{
    /// <summary>What the page says the build prints, a line a diagnostic.</summary>
    public string Expected => Blocks.SingleOrDefault(static block => block.Language == "text").Text ?? "";

    /// <summary>Runs the generator on it.</summary>
    public GeneratorHost Run() => GeneratorHost.Run(
        string.Concat(Blocks.Where(static block => block.Language == "csharp").Select(static block => block.Text)),
        [.. Blocks.Where(static block => block.Language == "yaml").Select(static block => GeneratorHost.Yaml(block.Text, PathOf(block.Text)))]);

    /// <summary>A diagnostic as the build prints it, its path relative to the project.</summary>
    public static string Print(Diagnostic diagnostic)
    {
        FileLinePositionSpan place = diagnostic.Location.GetLineSpan();
        string message = diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
        return $"{place.Path.Replace("/project/", "")}({place.StartLinePosition.Line + 1},{place.StartLinePosition.Character + 1}): error {diagnostic.Id}: {message}\n";
    }

    private static string PathOf(string text) => FileComment().Match(text) is { Success: true } named ? named.Groups[1].Value : "specs/models/student.yaml";

    [GeneratedRegex("^# file: (\\S+)\n")]
    private static partial Regex FileComment();
}
