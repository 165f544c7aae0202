using System.CommandLine;
using Deit.Checkpoints;
using Deit.Cli.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Cli.Commands;

/// <summary><c>deit forward MODEL</c>: runs a model in evaluation mode on tensors from a file.</summary>
internal static class ForwardCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = ModelArgument.Create();
        var weights = new Option<string>("--weights") { Description = "The weights: a safetensors file or a PyTorch checkpoint, under timm's or Hugging Face's names.", Required = true };
        var key = new Option<string>("--key") { Description = "Which dictionary of a checkpoint to take, such as model_ema; the usual ones are found." };
        var strict = new Option<bool>("--strict") { Description = "Whether the weights must be the model's to the last tensor; 'false' loads what fits.", DefaultValueFactory = static _ => true };
        var input = new Option<string>("--input") { Description = "A safetensors file with the tensor 'input': normalised images (batch, channels, height, width).", Required = true };
        var output = new Option<string>("--output") { Description = "The safetensors file to write: 'logits' and, of distilled models, 'class_logits' and 'distillation_logits'.", Required = true };
        var command = new Command("forward", "Run a model on tensors from a file.") { name, weights, key, strict, input, output };
        command.SetAction(parsed =>
        {
            var options = new WeightsOptions { Key = parsed.GetValue(key), Strict = parsed.GetValue(strict) };
            Run(terminal, ModelArgument.Find(parsed.GetRequiredValue(name)), parsed.GetRequiredValue(weights), options, parsed.GetRequiredValue(input), parsed.GetRequiredValue(output));
        });
        return command;
    }

    private static void Run(Terminal terminal, RegisteredModelAttribute registered, string weights, WeightsOptions options, string input, string output)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor images = ReadImages(input, registered.Description);
        using IVisionModel model = registered.Create();
        WeightsReport report = Weights.Load(model, weights, options);
        if (!report.IsComplete) terminal.WriteLine(string.Join(Environment.NewLine, report.Lines));
        model.Module.eval();

        Dictionary<string, Tensor> answers = [];
        if (model is DistilledClassifier distilled)
        {
            DistilledLogits logits = distilled.call(images);
            answers["logits"] = logits.Mean();
            answers["class_logits"] = logits.Class;
            answers["distillation_logits"] = logits.Distillation;
        }
        else
        {
            answers["logits"] = model.Predict(images);
        }

        Safetensors.Save(output, answers);
        terminal.WriteLine($"{output}: {string.Join(", ", answers.Select(static answer => $"{answer.Key} {Shape(answer.Value.shape)}"))}");
    }

    private static Tensor ReadImages(string path, ModelDescription description)
    {
        using SafetensorsFile file = Safetensors.Open(path);
        if (!file.Names.Contains("input")) throw new DeitException($"{path} has no tensor 'input'; it has {string.Join(", ", file.Names)}.");

        Tensor images = file.Read("input", CPU);
        long[] expected = [.. description.Input.Select(static extent => (long)extent)];
        return images.dim() == 4 && images.shape.AsSpan(1).SequenceEqual(expected)
            ? images.to(ScalarType.Float32)
            : throw new DeitException($"{path}: 'input' is {Shape(images.shape)}; {description.Name} takes (batch, {string.Join(", ", expected)}).");
    }

    private static string Shape(long[] shape) => $"({string.Join(", ", shape)})";
}
