using Deit;
using Deit.Benchmarks;
using Deit.Benchmarks.Commands;
using Deit.Compiler.Diagnostics;

Command[] commands =
[
    new("step", "[--batch N] [--rounds N]", "A training step: generated and fused against hand-written.", StepCommand.Run),
    new("inference", "[--batch N] [--rounds N]", "A forward pass in evaluation: generated against hand-written.", InferenceCommand.Run),
    new("targets", "[--rounds N]", "Every target of docs/performance.md, and whether it is met.", TargetsCommand.Run),
    new("depth", "[--batch N] [--rounds N]", "What stochastic depth saves: rates, constant and rising.", DepthCommand.Run),
    new("teach", "[--batch N] [--rounds N]", "What the stored answers of a teacher save: an epoch of a student with them and without.", TeachCommand.Run),
    new(PeakStep.Command, "[--hand-written]", "Bytes that a training step of deit_tiny takes: for processes of their own.", PeakStep.Run),
    new("generator", "[--rounds N]", "The source generator over 1, 10 and 100 specs: from nothing, and after an edit.", GeneratorCommand.Run),
    new("data", "--images PATH [--pillow SCRIPT]", "Decoding and the training transform of photos, in a folder or a zip, beside Pillow's.", DataCommand.Run),
    new("waiting", "--images PATH [--steps N]", "How long a training step of deit_tiny waits for photos, and what making them takes from it.", WaitingCommand.Run),
    new("augment", "--images PATH [--rounds N]", "The operators of the augmentation, on one thread.", AugmentCommand.Run),
    new("micro", "", "BenchmarkDotNet: the optimizer, the mixing of batches, the data loader.", MicroCommand.Run),
];

if (args.Length == 0)
{
    Console.WriteLine("dotnet run -c Release --project Deit.Benchmarks -- COMMAND [--json]");
    foreach (Command command in commands) Console.WriteLine($"  {command.Name,-10} {command.Usage,-25} {command.Summary}");
    return 0;
}

try
{
    var arguments = new Arguments(args[1..]);
    var output = new Output(Console.Out, Console.Error, arguments.Flag("--json"));
    Command command = commands.FirstOrDefault(command => command.Name == args[0])
        ?? throw new DeitException($"There is no benchmark '{args[0]}'. {Suggestions.Sentence(args[0], commands.Select(static command => command.Name))}");
    command.Run(arguments, output);
    return 0;
}
catch (DeitException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

/// <summary>A benchmark and how to ask for it.</summary>
internal sealed record Command(string Name, string Usage, string Summary, Action<Arguments, Output> Run);
