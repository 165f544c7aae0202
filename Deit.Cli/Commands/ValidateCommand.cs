using System.CommandLine;
using System.Text.Json.Serialization;
using Deit.Cli.Display;
using Deit.Cli.Specs;
using Deit.Inference;
using Spectre.Console;
using static TorchSharp.torch;
using ValidationResult = Deit.Inference.ValidationResult;

namespace Deit.Cli.Commands;

/// <summary><c>deit validate MODEL</c>: top-1, top-5 and loss over a folder of images whose classes are known.</summary>
internal static class ValidateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = ModelArgument.Create();
        Option<string> weights = WeightOptions.Weights();
        var data = new Option<string>("--data") { Description = "The images: a folder or an archive of CLASS/*, or val/CLASS/*.", Required = true };
        Option<string> labels = WeightOptions.Labels();
        var batchSize = new Option<int>("--batch-size") { Description = "Images at once.", DefaultValueFactory = static _ => new InferenceOptions().BatchSize };
        var imageSize = new Option<int?>("--image-size") { Description = "Height and width of the images, where not the model's own; position embeddings are interpolated." };
        var cropPct = new Option<double?>("--crop-pct") { Description = "The part of the shorter side that the centre crop keeps, where not that of the weights." };
        var json = new Option<bool>("--json") { Description = "Write JSON; accuracies are fractions from 0 to 1." };
        Option<string> device = DeviceOption.Create();
        var command = new Command("validate", "Judge a model by images whose classes are known.") { name, weights, data, labels, batchSize, imageSize, cropPct, device, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(batchSize) < 1) throw new UsageException("--batch-size must be at least 1.");
            Device on = DeviceOption.Find(parsed, device);
            bool isJson = parsed.GetValue(json);
            using LoadedModel loaded = LoadedModel.Load(
                terminal, parsed.GetRequiredValue(name), parsed.GetRequiredValue(weights), parsed.GetValue(imageSize), isJson);
            ClassNames? names = parsed.GetValue(labels) is { } file ? ClassNames.Read(file) : loaded.Weights.Names;
            LabelledImages images = LabelledImages.Open(parsed.GetRequiredValue(data), loaded.Model.Description, names);
            var options = new InferenceOptions
            {
                BatchSize = parsed.GetValue(batchSize),
                Device = on,
                Preprocessing = loaded.Weights.Preprocessing with { CropPct = parsed.GetValue(cropPct) ?? loaded.Weights.Preprocessing.CropPct },
            };
            ValidationResult result = Run(terminal, loaded, images, options, isJson);
            if (isJson) terminal.WriteJson(new ValidationJson(loaded, result));
            else Write(terminal, loaded.Model.Description, images, result);
        });
        return command;
    }

    private static ValidationResult Run(Terminal terminal, LoadedModel loaded, LabelledImages images, InferenceOptions options, bool isSilent)
    {
        var display = new ValidationDisplay(terminal, loaded.Model.Description.Name, images.Images.Length, isSilent);
        try
        {
            return Cancellation.Run(token => Validation.Run(loaded.Model, images, options, display, token), "Stopped.");
        }
        finally
        {
            display.Finish();
        }
    }

    private static void Write(Terminal terminal, ModelDescription model, LabelledImages images, ValidationResult result)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("prediction by")
            .AddColumn(new TableColumn("top-1").RightAligned()).AddColumn(new TableColumn("top-5").RightAligned()).AddColumn(new TableColumn("loss").RightAligned());
        void Row(string head, HeadScore score) => table.AddRow(head, Numbers.Percent(score.Top1), Numbers.Percent(score.Top5), Numbers.Fixed(score.Loss, 4));
        if (result.ClassHead is { } ofClass) Row("class head", ofClass);
        if (result.DistillationHead is { } ofDistillation) Row("distillation head", ofDistillation);
        Row(model.Distilled ? "both heads" : "head", result.Score);
        terminal.WriteLine();
        terminal.WriteLine($"  {model.Name} on {Numbers.Grouped(result.Images)} images of {images.Folder}");
        terminal.Console.Write(table);
        terminal.WriteLine($"  {Numbers.Fixed(result.ImagesPerSecond, 1)} images/s");
    }

    private sealed record ValidationJson(
        string Model, string Weights, long Images, double Top1, double Top5, double Loss, double ImagesPerSecond, HeadsJson? Heads)
    {
        public ValidationJson(LoadedModel loaded, ValidationResult result)
            : this(
                loaded.Model.Description.Name, loaded.Weights.Path, result.Images, result.Score.Top1, result.Score.Top5, result.Score.Loss, result.ImagesPerSecond,
                result is { ClassHead: { } ofClass, DistillationHead: { } ofDistillation } ? new(ofClass, ofDistillation, result.Score) : null)
        {
        }
    }

    private sealed record HeadsJson([property: JsonPropertyName("class")] HeadScore ClassHead, HeadScore Distillation, HeadScore Mean);
}
