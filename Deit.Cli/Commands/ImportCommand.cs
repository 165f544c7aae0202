using System.CommandLine;
using Deit.Interchange;

namespace Deit.Cli.Commands;

/// <summary><c>deit import CONFIG.json</c>: turns a configuration of timm or transformers into a spec.</summary>
internal static class ImportCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var source = new Argument<string>("config") { Description = "The config.json of timm or transformers, or the folder that holds it." };
        var output = new Option<string>("--output") { Description = "The file to write; by default the spec is printed." };
        var name = new Option<string>("--name") { Description = "What to call the model; by default as the folder or the architecture is called." };
        var csharp = new Option<bool>("--csharp") { Description = "Write C#, an attribute over a class, instead of YAML." };
        var command = new Command("import", "Turn a configuration of timm or transformers into a spec.") { source, output, name, csharp };
        command.SetAction(parsed =>
        {
            var model = ImportedModel.Read(parsed.GetRequiredValue(source), Zoo.Models, parsed.GetValue(name));
            string text = parsed.GetValue(csharp) ? model.ToCSharp() : model.ToYaml();
            if (parsed.GetValue(output) is not { } path)
            {
                terminal.Output.Write(text);
                return;
            }

            File.WriteAllText(path, text);
            terminal.WriteLine($"{path}: {model.Spec.Name}, a {model.Spec.Family}");
        });
        return command;
    }
}
