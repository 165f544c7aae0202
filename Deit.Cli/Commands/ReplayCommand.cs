using System.CommandLine;
using Deit.Cli.Specs;
using Deit.Training;

namespace Deit.Cli.Commands;

/// <summary><c>deit replay RUN</c>: repeats the step at which a run's loss exploded or stopped being a number.</summary>
internal static class ReplayCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("run") { Description = "The run's folder." };
        var spec = new Option<string>("--spec") { Description = "The YAML file that declares the run's model, where it is none of the zoo." };
        var command = new Command("replay", "Repeat the step at which a run's loss exploded or stopped being a number, and find the loss, the layer and the gradient.") { run, spec };
        command.SetAction(parsed =>
        {
            ModelRegistry models = parsed.GetValue(spec) is { } file ? Zoo.Models.With(SpecAssembly.Compile(file)) : Zoo.Models;
            (StepFailure then, StepRepetition now) = FailureFolder.Replay(parsed.GetRequiredValue(run), models);
            terminal.WriteLine($"{then.Model}: {then.Event}");
            terminal.WriteLine($"  then: {then.Finding}");
            terminal.WriteLine($"  now:  {now.Finding}");
            terminal.WriteLine($"  the batch: {then.FilesInShort}");
        });
        return command;
    }
}
