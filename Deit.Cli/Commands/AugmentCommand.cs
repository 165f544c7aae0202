using System.CommandLine;
using System.Globalization;
using Deit.Augmentation;
using Deit.Cli.Display;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;
using Deit.Data;
using Deit.Training;

namespace Deit.Cli.Commands;

/// <summary><c>deit augment IMAGE</c>: what a model sees of an image in training, or what one operator makes of it.</summary>
internal static class AugmentCommand
{
    private const int DefaultCount = 16;

    private static readonly string[] Interpolations = ["nearest", "bilinear", "bicubic"];

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var image = new Argument<string>("image") { Description = "The image." };
        var recipe = new Option<string>("--recipe") { Description = "The recipe whose augmentation is shown, many times over." };
        var set = new Option<string[]>("--set") { Description = "Change a key of the recipe: --set augmentation.hflip=0.5. May be repeated." };
        var count = new Option<int>("--count") { Description = "How many samples of the recipe.", DefaultValueFactory = static _ => DefaultCount };
        var seed = new Option<long?>("--seed") { Description = "What the samples are drawn from; by default the recipe's seed." };
        var op = new Option<string>("--op") { Description = "One operator, by timm's name: Rotate, ShearX, Equalize ..." };
        var argument = new Option<string>("--argument") { Description = "The operator's argument, as timm derives it from a magnitude: -0.27." };
        var interpolation = new Option<string>("--interpolation") { Description = "For --op: nearest, bilinear or bicubic, which is the default." };
        var fill = new Option<string>("--fill") { Description = "For --op: the colour from outside of the image; 124,116,104 by default." };
        var output = new Option<string>("--output") { Description = "The PNG file to write.", Required = true };
        var command = new Command("augment", "Show what training makes of an image.")
        {
            image, recipe, set, count, seed, op, argument, interpolation, fill, output,
        };
        command.SetAction(parsed =>
        {
            (string? ofRecipe, string? ofOp) = (parsed.GetValue(recipe), parsed.GetValue(op));
            if (ofRecipe is null == ofOp is null) throw new UsageException("'augment' needs either --recipe or --op.");
            foreach (Option other in ofOp is null ? new Option[] { argument, interpolation, fill } : [set, count, seed])
            {
                if (parsed.GetResult(other) is { Implicit: false }) throw new UsageException($"{other.Name} has no meaning with {(ofOp is null ? "--recipe" : "--op")}; leave it out.");
            }

            string path = parsed.GetRequiredValue(image);
            string target = parsed.GetRequiredValue(output);
            if (ofOp is not null)
            {
                ApplyOne(path, ofOp, parsed.GetValue(argument), parsed.GetValue(interpolation), parsed.GetValue(fill), target);
                return;
            }

            if (parsed.GetValue(count) < 1) throw new UsageException("--count must be at least 1.");
            Show(terminal, path, ReadRecipe(ofRecipe!, parsed.GetValue(set) ?? []), parsed.GetValue(count), parsed.GetValue(seed), target);
        });
        return command;
    }

    private static void ApplyOne(string path, string name, string? argument, string? interpolation, string? fill, string output)
    {
        OperatorSettings settings = OperatorSettings.Default;
        if (interpolation is not null) settings = settings with { Interpolation = ReadInterpolation(interpolation) };
        if (fill is not null) settings = settings with { Fill = ReadColour(fill) };
        double? value = argument is null ? null : ReadNumber(argument);
        ImageOperator known = Meant(() => ImageOperator.Find(name));
        Meant(() => known.Check(value));
        using RgbImage image = ImageDecoder.Decode(path);
        using RgbImage result = known.Apply(image, value, settings);
        PngEncoder.Write(result, output);
    }

    // The first cell is the image as it is judged by, the others as it is trained with.
    private static void Show(Terminal terminal, string path, Recipe recipe, int count, long? seed, string output)
    {
        int size = recipe.Data.ImageSize;
        Preprocessing colours = Preprocessing.Default;
        var evaluation = new EvaluationTransform(colours with { CropPct = recipe.Data.CropPct }, size);
        var training = new TrainingTransform(recipe.Student.Training.Augmentation, colours, size);
        var values = new float[RgbImage.Channels * size * size];
        var sheet = new ContactSheet(size);
        using RgbImage image = ImageDecoder.Decode(path);
        evaluation.Apply(image, values);
        sheet.Add(Denormalized(values, colours), "evaluation");
        for (int index = 0; index < count; index++)
        {
            var drawn = new List<string>();
            training.Apply(image, new SampleKey(seed ?? recipe.Seed, Epoch: 0, index), values, drawn);
            string label = string.Join(", ", drawn.DefaultIfEmpty("as it is"));
            sheet.Add(Denormalized(values, colours), label);
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index + 1,3}  {label}"));
        }

        using RgbImage drawing = sheet.Draw();
        PngEncoder.Write(drawing, output);
    }

    private static byte[] Denormalized(float[] values, Preprocessing colours)
    {
        int plane = values.Length / RgbImage.Channels;
        var pixels = new byte[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (int channel, int pixel) = Math.DivRem(i, plane);
            double level = Math.Round(((values[i] * colours.Std[channel]) + colours.Mean[channel]) * byte.MaxValue);
            pixels[(pixel * RgbImage.Channels) + channel] = (byte)Math.Clamp(level, byte.MinValue, byte.MaxValue);
        }

        return pixels;
    }

    private static Recipe ReadRecipe(string path, string[] overrides)
    {
        try
        {
            return Recipe.Load(path, overrides);
        }
        catch (DeitException exception) when (exception.Message.StartsWith(RecipeReader.OptionPrefix, StringComparison.Ordinal))
        {
            throw new UsageException(exception.Message);
        }
    }

    private static double ReadNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new UsageException($"--argument must be a number, not '{text}'.");

    private static ResamplingFilter ReadInterpolation(string text) => Interpolations.Contains(text)
        ? Enum.Parse<ResamplingFilter>(text, ignoreCase: true)
        : throw new UsageException($"There is no interpolation '{text}' for operators. {Suggestions.Sentence(text, Interpolations)}");

    private static RgbColor ReadColour(string text)
    {
        string[] parts = text.Split(',');
        var levels = new byte[RgbImage.Channels];
        bool isColour = parts.Length == levels.Length;
        for (int i = 0; isColour && i < levels.Length; i++)
        {
            isColour = byte.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out levels[i]);
        }

        return isColour
            ? new(levels[0], levels[1], levels[2])
            : throw new UsageException($"--fill must be three levels from 0 to 255, such as 124,116,104, not '{text}'.");
    }

    // What the runtime refuses of the options is the command line's to change.
    private static T Meant<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DeitException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
