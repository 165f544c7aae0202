using System.Collections.Immutable;
using System.CommandLine;
using Deit.Cli.Specs;
using Deit.Inference;
using Spectre.Console;
using static TorchSharp.torch;

namespace Deit.Cli.Commands;

/// <summary><c>deit predict MODEL IMAGE...</c>: what a model sees on images.</summary>
internal static class PredictCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = ModelArgument.Create();
        var images = new Argument<string[]>("image") { Description = "The images.", Arity = ArgumentArity.OneOrMore };
        Option<string> weights = WeightOptions.Weights();
        var top = new Option<int>("--top") { Description = "How many classes to name.", DefaultValueFactory = static _ => 5 };
        Option<string> labels = WeightOptions.Labels();
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        Option<string> device = DeviceOption.Create();
        var command = new Command("predict", "Say what a model sees on images.") { name, images, weights, top, labels, device, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(top) < 1) throw new UsageException("--top must be at least 1.");
            Device on = DeviceOption.Find(parsed, device);
            bool isJson = parsed.GetValue(json);
            using LoadedModel loaded = LoadedModel.Load(terminal, parsed.GetRequiredValue(name), parsed.GetRequiredValue(weights), isSilent: isJson);
            ModelDescription model = loaded.Model.Description;
            ClassNames? names = parsed.GetValue(labels) is { } file ? ClassNames.Read(file).For(model) : loaded.Weights.Names;
            var options = new InferenceOptions { Preprocessing = loaded.Weights.Preprocessing, Device = on };
            ImmutableArray<ImagePrediction> predictions = Cancellation.Run(
                token => Prediction.Run(loaded.Model, parsed.GetRequiredValue(images), parsed.GetValue(top), options, token), "Stopped.");
            if (isJson) terminal.WriteJson(predictions.Select(prediction => new PredictionJson(prediction, names)));
            else Write(terminal, predictions, names);
            return Report(predictions);
        });
        return command;
    }

    /// <summary>Fails where an image cannot be read, once those that can are answered.</summary>
    private static int Report(ImmutableArray<ImagePrediction> predictions)
    {
        string[] errors = [.. predictions.Select(static prediction => prediction.Error).OfType<string>()];
        return errors switch
        {
            [] => 0,
            [var error] => throw new DeitException(error),
            [var error, ..] => throw new DeitException($"{error} So it is with {errors.Length} images of {predictions.Length}."),
        };
    }

    private static void Write(Terminal terminal, ImmutableArray<ImagePrediction> predictions, ClassNames? names)
    {
        foreach (ImagePrediction prediction in predictions.Where(static prediction => prediction.Error is null))
        {
            Table table = new Table().Border(TableBorder.Simple).AddColumn("class")
                .AddColumn(new TableColumn("probability").RightAligned()).AddColumn("");
            foreach (ClassProbability guess in prediction.Classes)
            {
                table.AddRow(Markup.Escape(Label(guess, names)), Numbers.Percent(guess.Probability), new string('█', (int)Math.Round(guess.Probability * 24)));
            }

            // Not as the table's title, which would be cut to the table's width.
            terminal.WriteLine();
            terminal.WriteLine($"  {prediction.Path}");
            terminal.Console.Write(table);
        }
    }

    private static string Label(ClassProbability guess, ClassNames? names) => names?.Classes[guess.Index].Label ?? $"class {guess.Index}";

    private sealed record PredictionJson(string Image, string? Error, IEnumerable<GuessJson> Classes)
    {
        public PredictionJson(ImagePrediction prediction, ClassNames? names)
            : this(prediction.Path, prediction.Error, prediction.Classes.Select(guess => new GuessJson(guess, names)))
        {
        }
    }

    private sealed record GuessJson(int Index, string? Id, string Label, double Probability)
    {
        public GuessJson(ClassProbability guess, ClassNames? names)
            : this(guess.Index, names?.Classes[guess.Index].Id, PredictCommand.Label(guess, names), guess.Probability)
        {
        }
    }
}
