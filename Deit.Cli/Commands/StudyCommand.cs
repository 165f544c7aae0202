using System.CommandLine;
using Deit.Cli.Display;
using Deit.Cli.Specs;
using Deit.Studies;

namespace Deit.Cli.Commands;

/// <summary><c>deit study STUDY</c>: trains the arms of a study that are not finished, and draws them side by side.</summary>
internal static class StudyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var study = new Argument<string>("study") { Description = "The study, a YAML file." };
        var data = new Option<string>("--data") { Description = "The images: a folder or archives of train/CLASS and val/CLASS, or what else data.dataset says." };
        var run = new Option<string>("--run") { Description = "The study's folder; a study that is in it goes on. By default a new one under runs." };
        var only = new Option<string[]>("--only") { Description = "Train these arms alone, and those that teach them: --only ARM,ARM." };
        var set = new Option<string[]>("--set") { Description = "Change a key of every arm's recipe: --set student.epochs=3. May be repeated." };
        Option<string> device = DeviceOption.Create();
        var command = new Command("study", "Train the recipes of a study, and show them side by side.") { study, data, run, only, set, device };
        command.SetAction(parsed =>
        {
            StudyDisplay display = new(terminal);
            Run(terminal, display, parsed.GetRequiredValue(study), parsed.GetValue(set) ?? [], new()
            {
                Data = parsed.GetValue(data),
                Output = parsed.GetValue(run),
                Only = [.. (parsed.GetValue(only) ?? []).SelectMany(ArmsOf)],
                Device = DeviceOption.Find(parsed, device),
                Observer = display.Training,
                Progress = display,
            });
        });
        return command;
    }

    private static void Run(Terminal terminal, StudyDisplay display, string path, string[] overrides, StudyOptions options)
    {
        (Study study, ModelRegistry models) = RecipeArgument.ReadStudy(path, overrides);
        RequireArms(study, options.Only);
        using StudyRun run = StudyRun.Start(study, models, options);
        terminal.WriteLine($"{study.Name}: writing to {run.Folder.Path}");
        StudyResults results;
        try
        {
            results = Cancellation.Run(run.Execute, $"Stopped, and saved after the last step: continue with --run {run.Folder.Path}");
        }
        finally
        {
            display.Finish();
        }

        StudyTable.Write(terminal, results);
        terminal.WriteLine($"  numbers: {run.Folder.ResultsFile}");
        terminal.WriteLine($"  report: {run.Folder.ReportFile}");
        RequireNoFailure(study, options.Only, results);
    }

    /// <summary>Fails for the arms that were to be trained and failed, now that all others are.</summary>
    private static void RequireNoFailure(Study study, IReadOnlyList<string> only, StudyResults results)
    {
        string[] wanted = [.. study.Runs([.. only]).Select(static run => run.Arm.Name)];
        string[] failed = [.. results.Arms.Where(arm => arm.HasFailed && wanted.Contains(arm.Name)).Select(static arm => arm.Name)];
        if (failed.Length > 0) throw new DeitException($"Arms that are not finished, for the reasons above: {string.Join(", ", failed)}. The same command tries them again.");
    }

    private static string[] ArmsOf(string names)
    {
        string[] arms = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return arms.Length > 0 ? arms : throw new UsageException($"--only: '{names}' names no arm; write --only ARM,ARM, or leave it out to train all.");
    }

    private static void RequireArms(Study study, IReadOnlyList<string> only)
    {
        try
        {
            foreach (string name in only) study.Find(name);
        }
        catch (DeitException exception)
        {
            throw new UsageException($"--only: {exception.Message}");
        }
    }
}
