using System.CommandLine;
using System.Globalization;
using Deit.Cli.Display;
using Deit.Cli.Specs;
using Deit.Training;

namespace Deit.Cli.Commands;

/// <summary><c>deit teach RECIPE</c>: stores the teacher's answers, by which students are then trained without it.</summary>
internal static class TeachCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var recipe = new Argument<string>("recipe") { Description = "The recipe, a YAML file." };
        var data = new Option<string>("--data") { Description = "The images: a folder or archives of train/CLASS and val/CLASS, or what else data.dataset says." };
        var output = new Option<string>("--output") { Description = "The folder of the answers; by default distillation.cache of the recipe. What was begun there is gone on with." };
        var run = new Option<string>("--run") { Description = "The run whose teacher is taken, or trained where it is not yet; by default one beside the answers." };
        var set = new Option<string[]>("--set") { Description = "Change a key of the recipe: --set student.epochs=3. May be repeated." };
        Option<string> device = DeviceOption.Create();
        var command = new Command("teach", "Store a teacher's answers to all that its student will see, and first train the teacher.") { recipe, data, output, run, set, device };
        command.SetAction(parsed => Run(terminal, parsed.GetRequiredValue(recipe), parsed.GetValue(set) ?? [], parsed.GetValue(run), new RunOptions
        {
            Data = parsed.GetValue(data),
            Output = parsed.GetValue(output),
            Device = DeviceOption.Find(parsed, device),
        }));
        return command;
    }

    private static void Run(Terminal terminal, string path, string[] overrides, string? ofTeacher, RunOptions options)
    {
        (Recipe recipe, ModelRegistry models) = RecipeArgument.Read(path, overrides);
        if (options.Output is null && recipe.TeacherCache is null)
        {
            throw new UsageException("Where are the answers to be kept? Name a folder with --output, or state distillation.cache in the recipe.");
        }

        TrainingDisplay display = TrainingDisplay.For(terminal);
        using TeachRun run = TeachRun.Start(recipe, models, options with { Observer = display }, ofTeacher);
        terminal.WriteLine($"{recipe.Name}: writing answers to {run.Folder}");
        TeachSummary summary;
        try
        {
            summary = Cancellation.Run(run.Execute, "Stopped; the epochs that are stored stay: the same command goes on");
        }
        finally
        {
            display.Finish();
        }

        terminal.WriteLine();
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Teacher.Model}, top-1 {Numbers.Percent(summary.Teacher.Top1)}: answers to {summary.Epochs} epochs, {summary.Written} of them new, in {summary.Seconds:0} s"));
        terminal.WriteLine($"  train by them: {TrainLine(path, overrides, options)}");
    }

    /// <summary>What is to be typed: the recipe and its data as they were given here, and the answers where it does not name them itself.</summary>
    private static string TrainLine(string recipe, string[] overrides, RunOptions options)
    {
        string[] data = options.Data is { } images ? ["--data", images] : [];
        string[] keys = options.Output is { } answers ? [.. overrides, $"distillation.cache={answers}"] : overrides;
        IEnumerable<string> words = ["deit", "train", recipe, .. data, .. keys.SelectMany(static key => (string[])["--set", key])];
        return string.Join(' ', words.Select(static word => word.Any(char.IsWhiteSpace) ? $"\"{word}\"" : word));
    }
}
