using System.Collections.Immutable;
using System.CommandLine;
using Deit.Cli.Specs;
using Deit.Compiler;
using Deit.Compiler.Specs;
using Spectre.Console;

namespace Deit.Cli.Commands;

/// <summary><c>deit describe MODEL</c>: a model's layers, shapes and costs, as the compiler found them.</summary>
internal static class DescribeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("model") { Description = "The model's name, as 'deit list' shows it, or the YAML file that declares it." };
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("describe", "Describe a model layer by layer.") { name, json };
        command.SetAction(parsed =>
        {
            (ModelDescription description, string declaredIn) = Find(parsed.GetRequiredValue(name));
            if (parsed.GetValue(json)) terminal.WriteJson(new DescribedModelJson(description, declaredIn));
            else Write(terminal, description, declaredIn);
        });
        return command;
    }

    private static (ModelDescription Description, string DeclaredIn) Find(string model)
    {
        if (RecipeModels.IsFile(model)) return (Describe(SpecAssembly.Load(model)), model);
        RegisteredModelAttribute registered = Zoo.Find(model);
        return (registered.Description, registered.DeclaredIn);
    }

    /// <summary>What the generated class would say of itself; nothing is generated or run for it.</summary>
    private static ModelDescription Describe(ModelSpec spec)
    {
        CompiledModel model = ModelCompiler.Compile(spec).Model!;
        return new()
        {
            Name = spec.Name,
            Family = spec.Family,
            Input = Shape(model.Input),
            Classes = (int)model.Classes,
            Distilled = model.Distilled,
            Parameters = model.Parameters,
            Macs = model.Macs,
            Layers = [.. model.Layers.Select(static layer => new LayerDescription(layer.Name, layer.Kind, Shape(layer.Output), layer.Parameters, layer.Macs))],
        };
    }

    private static ImmutableArray<int> Shape(EquatableArray<long> shape) => [.. shape.Select(static extent => checked((int)extent))];

    private static void Write(Terminal terminal, ModelDescription description, string declaredIn)
    {
        terminal.WriteLine();
        terminal.WriteLine($"  {description.Name}, {description.Family}, declared in {declaredIn}");
        terminal.WriteLine($"  {Numbers.Shape(description.Input)} → {description.Classes} classes{(description.Distilled ? ", by a class and a distillation head" : "")}");

        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn(new TableColumn("layer").NoWrap()).AddColumn("kind").AddColumn("output")
            .AddColumn(new TableColumn("parameters").RightAligned().Footer(Numbers.Grouped(description.Parameters)))
            .AddColumn(new TableColumn("MACs").RightAligned().Footer(Numbers.Grouped(description.Macs)));
        foreach (LayerDescription layer in description.Layers)
        {
            table.AddRow(Markup.Escape(layer.Name), layer.Kind, Numbers.Shape(layer.Output), Numbers.Grouped(layer.Parameters), Numbers.Grouped(layer.Macs));
        }

        terminal.Console.Write(table);
    }
}
