using System.CommandLine;
using System.Globalization;
using Deit.Reporting;
using Spectre.Console;

namespace Deit.Cli.Commands;

/// <summary><c>deit compare RUN...</c>: runs side by side, what they achieved and in what their recipes differ.</summary>
internal static class CompareCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("run") { Description = "The runs' folders.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output") { Description = "Draw the comparison as a page, too: compare.html." };
        var json = new Option<bool>("--json") { Description = "Write JSON; accuracies are fractions from 0 to 1." };
        var command = new Command("compare", "Show runs side by side.") { runs, output, json };
        command.SetAction(parsed =>
        {
            RunComparison comparison = RunComparison.Of(parsed.GetRequiredValue(runs));
            if (parsed.GetValue(json)) terminal.WriteJson(comparison);
            else Write(terminal, comparison);
            if (parsed.GetValue(output) is not { } file) return;
            comparison.WritePage(file);
            if (!parsed.GetValue(json)) terminal.WriteLine($"  {file}");
        });
        return command;
    }

    private static void Write(Terminal terminal, RunComparison comparison)
    {
        terminal.WriteLine();
        terminal.Console.Write(Results(comparison));
        terminal.WriteLine(comparison.Differences.IsEmpty ? "  The recipes are the same." : "  Where the recipes differ:");
        if (!comparison.Differences.IsEmpty) terminal.Console.Write(Recipes(comparison));
    }

    private static Table Results(RunComparison comparison)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("run").AddColumn("model").AddColumn("state");
        foreach (string name in (string[])["top-1", "class", "distillation", "ema", "teacher", "best", "in epoch", "images/s", "seconds"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (ComparedRun run in comparison.Runs)
        {
            table.AddRow(
                Markup.Escape(run.Name),
                Markup.Escape(run.Model),
                run.State,
                Numbers.Percent(run.Top1),
                Numbers.Percent(run.ClassTop1),
                Numbers.Percent(run.DistillationTop1),
                Numbers.Percent(run.EmaTop1),
                Numbers.Percent(run.TeacherTop1),
                Numbers.Percent(run.BestTop1),
                run.BestEpoch?.ToString(CultureInfo.InvariantCulture) ?? "–",
                run.ImagesPerSecond is { } rate ? Numbers.Fixed(rate, 0) : "–",
                Numbers.Fixed(run.Seconds, 0));
        }

        return table;
    }

    private static Table Recipes(RunComparison comparison)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("key");
        foreach (ComparedRun run in comparison.Runs) table.AddColumn(Markup.Escape(run.Name));
        foreach (RecipeDifference difference in comparison.Differences)
        {
            table.AddRow([difference.Key, .. difference.Values.Select(static value => Markup.Escape(value ?? "–"))]);
        }

        return table;
    }
}
