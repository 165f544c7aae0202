using System.CommandLine;
using Deit.Cli.Specs;
using Deit.Compiler.Diagnostics;

namespace Deit.Cli.Commands;

/// <summary><c>deit check [PATH...]</c>: the build's diagnostics of specs and recipes, for editors and hooks that do not build.</summary>
internal static class CheckCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var paths = new Argument<string[]>("path") { Description = "Files, or folders of files; specs by default.", Arity = ArgumentArity.ZeroOrMore };
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("check", "Check specs and recipes as the build does.") { paths, json };
        command.SetAction(parsed =>
        {
            string[] files = [.. (parsed.GetValue(paths) is { Length: > 0 } given ? given : ["specs"]).SelectMany(Files)];
            SpecFiles specs = SpecFiles.Check(files);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(specs.Findings.Select(static finding => new FindingJson(finding)));
            }
            else
            {
                foreach (Finding finding in specs.Findings) terminal.WriteLine(finding.ToString());
                terminal.WriteLine($"{Count(files.Length, "file")}, {Count(specs.Findings.Length, "error")}");
            }

            return specs.Findings.Length > 0 ? 1 : 0;
        });
        return command;
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static IEnumerable<string> Files(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new DeitException($"There is neither a file nor a folder '{path}'.");
        return Directory.GetFiles(path, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
    }

    /// <summary>A finding as JSON; lines and columns count from 1.</summary>
    private sealed record FindingJson(string File, int Line, int Column, int EndLine, int EndColumn, string Rule, string Message)
    {
        public FindingJson(Finding finding)
            : this(
                finding.Place.File, finding.Place.StartLine + 1, finding.Place.StartColumn + 1, finding.Place.EndLine + 1, finding.Place.EndColumn + 1,
                finding.Rule.Id, finding.Message)
        {
        }
    }
}
