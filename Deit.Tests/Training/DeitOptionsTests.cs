using System.Text.RegularExpressions;
using Deit.Compiler.Specs;
using Deit.Tests.Cli;
using Deit.Tests.Support;

namespace Deit.Tests.Training;

/// <summary>What <c>docs/deit-options.md</c> says there is, there is.</summary>
public sealed partial class DeitOptionsTests
{
    /// <summary>The flags of main.py, another name of one not counted.</summary>
    private const int Flags = 75;

    private static readonly string[][] Rows =
    [
        .. File.ReadAllLines(RepositoryRoot.Combine("docs", "deit-options.md"))
            .Where(static line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
            .Select(static line => line.Split(" | ").Select(static cell => cell.Trim(' ', '|')).ToArray()),
    ];

    [Fact]
    public void Every_key_that_the_table_names_is_one_of_a_recipe()
    {
        (string Path, string Name)[] keys = [.. RecipeSchema.Recipe.Leaves().Select(static leaf => (leaf.Path, leaf.Key.Name))];
        string[] named = [.. Rows.SelectMany(static row => Code().Matches(row[1])).Select(static match => match.Groups[1].Value).Where(static code => !code.StartsWith("deit ", StringComparison.Ordinal))];

        Assert.True(named.Length > 50);
        Assert.All(named, code =>
        {
            string[] parts = code.Split(": ");
            (string Path, string Name)[] found = [.. keys.Where(key => key.Path == parts[0] || key.Name == parts[0])];
            Assert.True(found.Length > 0, $"There is no key '{parts[0]}'.");
            if (parts.Length == 1) return;
            string problem = string.Join("; ", RecipeReader.Read("r.yaml", "name: r\nstudent: {model: m, smoothing: 0}\n", [$"{found[^1].Path}={parts[1]}"]).Findings.Select(static finding => finding.Message));
            Assert.Equal("", problem);
        });
    }

    [Fact]
    public void Every_command_that_the_table_names_has_its_option()
    {
        string[] commands = [.. Rows.SelectMany(static row => Code().Matches(row[1])).Select(static match => match.Groups[1].Value).Where(static code => code.StartsWith("deit ", StringComparison.Ordinal))];

        Assert.NotEmpty(commands);
        Assert.All(commands, static command =>
        {
            string[] words = command.Split(' ');
            string help = CommandHost.Run(words[1], "--help").Output;
            Assert.All(words[2..], option => Assert.Contains(option, help, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Every_flag_has_a_counterpart_or_a_reason()
    {
        string[][] flags = [.. Rows.Where(static row => row[0].StartsWith("`--", StringComparison.Ordinal))];

        Assert.Equal(Flags, flags.SelectMany(static row => Code().Matches(row[0])).Select(static match => match.Groups[1].Value).Where(static name => name != "--dr").Distinct().Count());
        Assert.All(flags, static row => Assert.True(row[1] != "–" || row[2].Length > 5, $"{row[0]} has neither."));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
