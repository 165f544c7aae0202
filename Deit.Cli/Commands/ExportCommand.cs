using System.Collections.Immutable;
using System.CommandLine;
using Deit.Checkpoints;
using Deit.Cli.Specs;

namespace Deit.Cli.Commands;

/// <summary><c>deit export MODEL</c>: writes a model as an ONNX file.</summary>
internal static class ExportCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelArgument.Create();
        var weights = new Option<string?>("--weights") { Description = "The weights, a safetensors file or a PyTorch checkpoint; freshly initialised ones by default." };
        var output = new Option<string>("--output") { Description = "The ONNX file to write.", Required = true };
        var labels = new Option<string?>("--labels") { Description = "A text file with the classes' names, one a line, to be kept as metadata." };
        var external = new Option<bool>("--external-data") { Description = "Write the weights to a second file, OUTPUT.data, as is done anyway where they are large." };
        var command = new Command("export", "Write a model as an ONNX file.") { model, weights, output, labels, external };
        command.SetAction(parsed =>
        {
            RegisteredModelAttribute registered = ModelArgument.Find(parsed.GetRequiredValue(model));
            var options = new OnnxOptions { Labels = Labels(parsed.GetValue(labels)) };
            if (parsed.GetValue(external)) options = options with { InlineBytes = 0 };
            if (parsed.GetValue(weights) is null) parsed.InvocationConfiguration.Error.WriteLine($"deit: warning: without --weights, {registered.Description.Name} is exported with freshly initialised ones");
            Run(terminal, registered, parsed.GetValue(weights), parsed.GetRequiredValue(output), options);
        });
        return command;
    }

    private static void Run(Terminal terminal, RegisteredModelAttribute registered, string? weights, string output, OnnxOptions options)
    {
        using IVisionModel model = registered.Create();
        if (weights is not null) Weights.Load(model, weights);
        model.ExportOnnx(output, options);
        ModelDescription description = registered.Description;
        terminal.WriteLine($"{output}: {description.Name}, images (batch, {string.Join(", ", description.Input)}) → logits (batch, {description.Classes})");
    }

    private static ImmutableArray<string> Labels(string? path)
    {
        if (path is null) return [];
        string[] lines = File.ReadAllLines(path);

        // A last line may end or not.
        return [.. lines.AsSpan(0, lines.Length > 0 && lines[^1].Length == 0 ? lines.Length - 1 : lines.Length)];
    }
}
