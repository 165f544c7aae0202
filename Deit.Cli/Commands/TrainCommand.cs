using System.CommandLine;
using Deit.Cli.Display;
using Deit.Cli.Specs;
using Deit.Training;

namespace Deit.Cli.Commands;

/// <summary><c>deit train RECIPE</c>: runs a recipe, teacher and student, and shows how it goes on.</summary>
internal static class TrainCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var recipe = new Argument<string>("recipe") { Description = "The recipe, a YAML file." };
        var data = new Option<string>("--data") { Description = "The images: a folder or archives of train/CLASS and val/CLASS, or what else data.dataset says." };
        var output = new Option<string>("--output") { Description = "The run's folder; by default a new one under runs." };
        var set = new Option<string[]>("--set") { Description = "Change a key of the recipe: --set student.epochs=3. May be repeated." };
        var resume = new Option<bool>("--resume") { Description = "Continue the run in --output; where there is none yet, begin it." };
        Option<string> device = DeviceOption.Create();
        var command = new Command("train", "Train the student of a recipe, and first its teacher.") { recipe, data, output, set, resume, device };
        command.SetAction(parsed => Run(terminal, parsed.GetRequiredValue(recipe), parsed.GetValue(set) ?? [], new RunOptions
        {
            Data = parsed.GetValue(data),
            Output = parsed.GetValue(output),
            Resume = parsed.GetValue(resume),
            Device = DeviceOption.Find(parsed, device),
        }));
        return command;
    }

    private static void Run(Terminal terminal, string path, string[] overrides, RunOptions options)
    {
        if (options is { Resume: true, Output: null }) throw new UsageException("'--resume' continues a run: name its folder with --output.");

        TrainingDisplay display = TrainingDisplay.For(terminal);
        (Recipe recipe, ModelRegistry models) = RecipeArgument.Read(path, overrides);
        using RecipeRun run = RecipeRun.Start(recipe, models, options with { Observer = display });
        terminal.WriteLine($"{run.Recipe.Name}: writing to {run.Folder.Path}");

        RunSummary summary;
        try
        {
            summary = Cancellation.Run(
                run.Execute, $"Stopped, and saved after the last step: continue with --resume --output {run.Folder.Path}");
        }
        finally
        {
            display.Finish();
        }

        SummaryTable.Write(terminal, summary);
        if (File.Exists(run.Folder.ReportFile)) terminal.WriteLine($"  report: {run.Folder.ReportFile}");
    }
}
