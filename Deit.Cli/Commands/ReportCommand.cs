using System.CommandLine;
using Deit.Cli.Specs;
using Deit.Reporting;

namespace Deit.Cli.Commands;

/// <summary><c>deit report RUN</c>: writes the page about a run, finished or not.</summary>
internal static class ReportCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("run") { Description = "The run's folder." };
        var data = new Option<string>("--data") { Description = "Where the images are, if they are not where the recipe says." };
        var spec = new Option<string>("--spec") { Description = "The YAML file that declares the run's model, where it is none of the zoo." };
        var output = new Option<string>("--output") { Description = "The file to write; by default report.html in the run's folder." };
        var command = new Command("report", "Write the page about a run: curves, predictions, confusion, model, recipe.") { run, data, spec, output };
        command.SetAction(parsed =>
        {
            ModelRegistry models = parsed.GetValue(spec) is { } file ? Zoo.Models.With(SpecAssembly.Compile(file)) : Zoo.Models;
            var options = new ReportOptions { Data = parsed.GetValue(data), Output = parsed.GetValue(output) };
            WrittenReport written = Cancellation.Run(token => RunReport.Write(parsed.GetRequiredValue(run), models, options, token), "Stopped.");
            if (written.Missing is { } reason) terminal.WriteLine($"warning: there are no predictions in it: {reason}");
            terminal.WriteLine(written.Path);
        });
        return command;
    }
}
