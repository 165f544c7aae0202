using System.CommandLine;
using Deit.Cli.Specs;
using Deit.Inference;
using Deit.Interchange;

namespace Deit.Cli.Commands;

/// <summary><c>deit publish MODEL</c>: writes the folder that timm and transformers load a model from.</summary>
internal static class PublishCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = ModelArgument.Create();
        Option<string> weights = WeightOptions.Weights();
        Option<string> labels = WeightOptions.Labels();
        var output = new Option<string>("--output") { Description = "The folder to write model.safetensors and config.json into.", Required = true };
        var tag = new Option<string>("--tag") { Description = "What to call the weights, as timm does: fb_in1k.", DefaultValueFactory = static _ => "deit" };
        var command = new Command("publish", "Write the folder that timm and transformers load.") { name, weights, labels, output, tag };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetRequiredValue(output);
            using LoadedModel loaded = LoadedModel.Load(terminal, parsed.GetRequiredValue(name), parsed.GetRequiredValue(weights));
            ClassNames? names = parsed.GetValue(labels) is { } file ? ClassNames.Read(file) : loaded.Weights.Names;
            HubFolder.Save(folder, loaded.Model, Zoo.Models, loaded.Weights.Preprocessing, names, parsed.GetValue(tag)!);
            terminal.WriteLine($"{folder}: load it with timm.create_model(\"local-dir:{folder}\", pretrained=True)");
        });
        return command;
    }
}
