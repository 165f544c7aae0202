using System.CommandLine;
using Spectre.Console;

namespace Deit.Cli.Commands;

/// <summary><c>deit describe MODEL</c>: a model's layers, shapes and costs, as the compiler found them.</summary>
internal static class DescribeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = Zoo.Argument();
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("describe", "Describe a model layer by layer.") { name, json };
        command.SetAction(parsed =>
        {
            RegisteredModelAttribute model = Zoo.Find(parsed.GetRequiredValue(name));
            if (parsed.GetValue(json)) terminal.WriteJson(new DescribedModelJson(model));
            else Write(terminal, model);
        });
        return command;
    }

    private static void Write(Terminal terminal, RegisteredModelAttribute model)
    {
        ModelDescription description = model.Description;
        terminal.WriteLine();
        terminal.WriteLine($"  {description.Name}, {description.Family}, declared in {model.DeclaredIn}");
        terminal.WriteLine($"  {Numbers.Shape(description.Input)} → {description.Classes} classes{(description.Distilled ? ", by a class and a distillation head" : "")}");

        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("layer").AddColumn("kind").AddColumn("output")
            .AddColumn(new TableColumn("parameters").RightAligned().Footer(Numbers.Grouped(description.Parameters)))
            .AddColumn(new TableColumn("MACs").RightAligned().Footer(Numbers.Grouped(description.Macs)));
        foreach (LayerDescription layer in description.Layers)
        {
            table.AddRow(Markup.Escape(layer.Name), layer.Kind, Numbers.Shape(layer.Output), Numbers.Grouped(layer.Parameters), Numbers.Grouped(layer.Macs));
        }

        terminal.Console.Write(table);
    }
}
