using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Deit.Cli.Specs;
using Deit.Compiler.Specs;
using Spectre.Console;

namespace Deit.Cli.Commands;

/// <summary><c>deit describe MODEL</c>: a model's layers, shapes and costs, as the compiler found them, and what was published of it.</summary>
internal static class DescribeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = ModelArgument.Create();
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var batch = new Option<int>("--batch") { Description = "Images of the training step whose memory is stated.", DefaultValueFactory = static _ => 1 };
        batch.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int images) || images < 1)) result.AddError("The option '--batch' needs a whole number of at least 1.");
        });
        var command = new Command("describe", "Describe a model layer by layer.") { name, batch, json };
        command.SetAction(parsed =>
        {
            (ModelDescription description, string declaredIn) = Find(parsed.GetRequiredValue(name));
            int images = parsed.GetValue(batch);
            if (parsed.GetValue(json)) terminal.WriteJson(new DescribedModelJson(description, declaredIn, images));
            else Write(terminal, description, declaredIn, images);
        });
        return command;
    }

    private static (ModelDescription Description, string DeclaredIn) Find(string model)
    {
        if (RecipeModels.IsFile(model)) return (SpecDescription.Of(SpecAssembly.Load(model)), model);
        RegisteredModelAttribute registered = Zoo.Find(model);
        return (registered.Description, registered.DeclaredIn);
    }

    private static void Write(Terminal terminal, ModelDescription description, string declaredIn, int batch)
    {
        terminal.WriteLine();
        terminal.WriteLine($"  {description.Name}, {description.Family}, declared in {declaredIn}");
        terminal.WriteLine($"  {Numbers.Shape(description.Input)} → {description.Classes} classes{(description.Distilled ? ", by a class and a distillation head" : "")}");
        WriteFacts(terminal, description);
        if (description.TrainingBytes(batch) is { } bytes) terminal.WriteLine($"  training step of {batch} {(batch == 1 ? "image" : "images")}: {Numbers.Bytes(bytes)}, beside parameters and optimizer");
        if (description.TrainingPlan is { BFloat16: { Length: > 0 } kernels }) terminal.WriteLine($"  multiplies in bfloat16: {string.Join(", ", kernels)}");

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

    private static void WriteFacts(Terminal terminal, ModelDescription description)
    {
        if (description.Paper is { } paper) terminal.WriteLine($"  paper: {paper}");
        Preprocessing images = description.Preprocessing;
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  images: {images.Interpolation}, crop {images.CropPct}, mean {List(images.Mean)}, std {List(images.Std)}"));

        // One file may have several figures: those of several sources, or with images of several sizes.
        foreach (IGrouping<Uri, PublishedWeights> file in description.PublishedWeights.GroupBy(static weights => weights.Address))
        {
            terminal.WriteLine();
            terminal.WriteLine($"  weights {file.First().Tag}: {file.Key}");
            foreach (PublishedWeights weights in file)
            {
                string size = weights.ImageSize is { } extent ? string.Create(CultureInfo.InvariantCulture, $" at {extent}×{extent}") : "";
                terminal.WriteLine($"    {Numbers.Percent(weights.Top1 / 100)} top-1, {Numbers.Percent(weights.Top5 / 100)} top-5{size} ({weights.Source})");
            }
        }
    }

    private static string List(ImmutableArray<double> numbers) => string.Join(' ', numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture)));
}
