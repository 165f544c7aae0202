using Deit.Compiler.Diagnostics;
using Deit.Tests.Generators;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Diagnostics;

/// <summary>Every rule has a page, and what the page shows is what happens.</summary>
public sealed class PageTests
{
    private const string Index = "README";

    public static TheoryData<string> RuleIds => [.. Rules.All.Select(static rule => rule.Id)];

    public static TheoryData<string, int> Examples
    {
        get
        {
            var examples = new TheoryData<string, int>();
            foreach (Rule rule in Rules.All)
            {
                for (int i = 0; i < DiagnosticPage.Of(rule).Examples.Count; i++) examples.Add(rule.Id, i);
            }

            return examples;
        }
    }

    [Fact]
    public void There_is_a_page_for_every_rule_and_for_nothing_else()
    {
        IEnumerable<string> pages = Directory.EnumerateFiles(RepositoryRoot.Combine("docs", "diagnostics")).Select(static path => Path.GetFileNameWithoutExtension(path)!);

        Assert.Equal(Rules.All.Select(static rule => rule.Id).Append(Index).Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_index_lists_every_rule_with_its_title()
    {
        string[] rows = [.. File.ReadLines(RepositoryRoot.Combine("docs", "diagnostics", $"{Index}.md")).Where(static line => line.StartsWith("| [", StringComparison.Ordinal))];

        Assert.Equal(Rules.All.Select(static rule => $"| [{rule.Id}]({rule.Id}.md) | {rule.Title} |"), rows);
    }

    [Theory]
    [MemberData(nameof(RuleIds))]
    public void A_page_has_the_title_of_its_rule_and_an_example_of_either_kind(string id)
    {
        Rule rule = Find(id);
        DiagnosticPage page = DiagnosticPage.Of(rule);

        Assert.Equal($"# {rule.Id}: {rule.Title}", page.Title);
        // Nobody knows beforehand how the compiler will fail.
        Assert.Equal(rule != Rules.InternalError, page.Examples.Any(static example => example.IsWrong));
        Assert.Equal(page.Examples.Any(static example => example.IsWrong), page.Examples.Any(static example => !example.IsWrong));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_breaks_the_rule_or_compiles_as_the_page_says(string id, int number)
    {
        DiagnosticExample example = DiagnosticPage.Of(Find(id)).Examples[number];
        GeneratorHost host = example.Run();

        string printed = string.Concat(host.Result.Diagnostics.Select(DiagnosticExample.Print).Order(StringComparer.Ordinal));
        Assert.True(printed == example.Expected, $"{id}, example {number}: the build prints\n{printed}\nand the page says\n{example.Expected}");
        if (example.IsWrong) Assert.All(host.Result.Diagnostics, diagnostic => Assert.Equal(id, diagnostic.Id));
        else Assert.Empty(host.Compile(out _));
        Assert.Equal(example.IsWrong, !host.Result.Diagnostics.IsEmpty);
    }

    private static Rule Find(string id) => Rules.All.Single(rule => rule.Id == id);
}
