using System.CommandLine;
using Spectre.Console;

namespace Deit.Cli.Commands;

/// <summary><c>deit list</c>: the models there are, each with the published accuracy of its usual weights.</summary>
internal static class ListCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "List the models.") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json)) terminal.WriteJson(Zoo.Models.Models.Select(static model => ModelJson.Of(model.Description, model.DeclaredIn)));
            else terminal.Console.Write(Table());
        });
        return command;
    }

    private static Table Table()
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn(new TableColumn("model").NoWrap()).AddColumn("family").AddColumn("distilled").AddColumn("input")
            .AddColumn(new TableColumn("classes").RightAligned())
            .AddColumn(new TableColumn("parameters").RightAligned())
            .AddColumn(new TableColumn("MACs").RightAligned())
            .AddColumn(new TableColumn("top-1").RightAligned())
            .AddColumn(new TableColumn("declared in").NoWrap());
        foreach (RegisteredModelAttribute model in Zoo.Models.Models)
        {
            ModelDescription description = model.Description;
            table.AddRow(
                Markup.Escape(description.Name),
                description.Family,
                description.Distilled ? "yes" : "",
                Numbers.Shape(description.Input),
                Numbers.Grouped(description.Classes),
                Numbers.Short(description.Parameters),
                Numbers.Short(description.Macs),
                Numbers.Percent(description.PublishedWeights.FirstOrDefault()?.Top1 / 100),
                Markup.Escape(model.DeclaredIn));
        }

        return table;
    }
}
