using System.CommandLine;
using Deit.Checkpoints;
using Deit.Compiler.Diagnostics;
using static TorchSharp.torch;

namespace Deit.Cli.Commands;

/// <summary><c>deit convert IN OUT.safetensors</c>: weights of any format to safetensors, under timm's names.</summary>
internal static class ConvertCommand
{
    private static readonly Dictionary<string, ScalarType> Types = new(StringComparer.Ordinal)
    {
        ["f32"] = ScalarType.Float32,
        ["f16"] = ScalarType.Float16,
        ["bf16"] = ScalarType.BFloat16,
    };

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var input = new Argument<string>("input") { Description = "The weights: a safetensors file or a PyTorch checkpoint." };
        var output = new Argument<string>("output") { Description = "The safetensors file to write or replace." };
        var key = new Option<string>("--key") { Description = "Which dictionary of a checkpoint to take, such as model_ema; the usual ones are found." };
        var type = new Option<string>("--dtype") { Description = "What floating-point tensors become: f32, f16 or bf16. Without it they stay what they are." };
        var naming = new Option<string>("--naming") { Description = "timm renames Hugging Face's and others' tensors to timm's names; keep leaves them.", DefaultValueFactory = static _ => "timm" };
        var command = new Command("convert", "Convert weights to safetensors.") { input, output, key, type, naming };
        command.SetAction(parsed => Run(
            terminal,
            parsed.GetRequiredValue(input),
            parsed.GetRequiredValue(output),
            parsed.GetValue(key),
            parsed.GetValue(type) is { } name ? (ScalarType?)Choice("--dtype", name, Types) : null,
            Choice("--naming", parsed.GetRequiredValue(naming), new Dictionary<string, bool> { ["timm"] = true, ["keep"] = false })));
        return command;
    }

    private static void Run(Terminal terminal, string input, string output, string? key, ScalarType? floats, bool renames)
    {
        if (RealPath.Of(input) == RealPath.Of(output)) throw new UsageException($"'{output}' is the input itself. Choose another file to write.");
        using WeightFile weights = renames ? Weights.Open(input, key) : WeightFile.Open(input, key);
        Safetensors.Save(output, weights, floats, weights.Metadata.Count > 0 ? weights.Metadata : new Dictionary<string, string> { ["format"] = "pt" });

        terminal.WriteLine($"{output}: {weights.Names.Length} tensors from {weights.Format}");
        if (!weights.Ignored.IsEmpty) terminal.WriteLine($"ignored: {string.Join(", ", weights.Ignored)}");
    }

    private static T Choice<T>(string option, string value, Dictionary<string, T> choices) => choices.TryGetValue(value, out T? chosen)
        ? chosen
        : throw new UsageException($"There is no {option} '{value}'. {Suggestions.Sentence(value, choices.Keys)}");
}
