using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;
using Deit.Data;
using Deit.Distillation;
using Deit.Inference;

namespace Deit.Training;

/// <summary>What is trained on what, and how: the content of a recipe file, every key resolved.</summary>
/// <remarks>
/// One seed and one augmentation serve teacher and student: the file states them once, in memory they are part of each
/// model's <see cref="TrainingOptions"/>.
/// </remarks>
public sealed record Recipe
{
    /// <summary>What the recipe is called; run folders are named by it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The images.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>The model that the student learns from, or null.</summary>
    public ModelRecipe? Teacher { get; init; }

    /// <summary>The model to train.</summary>
    public required ModelRecipe Student { get; init; }

    /// <summary>How the student learns from the teacher.</summary>
    public DistillationOptions Distillation { get; init; } = new();

    /// <summary>The folder of the teacher's answers, as <see cref="TeachRun"/> writes them, in place of a teacher that answers while the student is trained; null for none.</summary>
    public string? TeacherCache { get; init; }

    /// <summary>When the run is saved.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>What all randomness of a run is drawn from.</summary>
    public long Seed => Student.Training.Seed;

    /// <summary>Reads a recipe file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">What to change in it, as <c>key.path=value</c>; the last word on a key holds.</param>
    /// <exception cref="DeitException">
    /// The file cannot be read, or what it says is wrong; the message has a line for every finding, as compilers print them.
    /// </exception>
    public static Recipe Load(string path, IEnumerable<string>? overrides = null)
    {
        TableReading reading = RecipeReader.Read(path, ReadText(path), overrides ?? []);
        return reading.Findings.Count == 0
            ? new RecipePaths(reading.Places, path).Resolve(RecipeTable.ToRecipe(reading.Table))
            : throw Refusal(reading.Findings);
    }

    /// <summary>The recipe as a file that <see cref="Load"/> reads back to an equal recipe, with every key that has a value.</summary>
    /// <exception cref="DeitException">Teacher and student have different seeds or augmentations, which a file cannot say.</exception>
    public string ToYaml() => RecipeYaml.Write(RecipeTable.FromRecipe(this));

    /// <summary>Opens the recipe's images.</summary>
    /// <param name="path">Where the images are, in place of the recipe's own path; null takes that.</param>
    /// <param name="classes">The classes that the model knows, in the order of its logits; null for the recipe's own, or those that are found.</param>
    /// <exception cref="DeitException">There are no such images, or they are of other classes.</exception>
    public DataSplits OpenData(string? path = null, IEnumerable<string>? classes = null)
    {
        classes ??= Data.ClassMap is { } map ? ClassNames.Read(map).Classes.Select(static known => known.Id) : null;
        return Datasets.Open(new DataSource
        {
            Dataset = Data.Dataset,
            Path = path ?? Data.Path,
            ImageSize = Data.ImageSize,
            CropPct = Data.CropPct,
            Validation = Data.Validation,
            Classes = classes is null ? null : [.. classes],
        });
    }

    /// <summary>What is wrong with a file, a line for every finding.</summary>
    internal static DeitException Refusal(IEnumerable<Finding> findings) => new(string.Join('\n', findings.Select(Line)));

    /// <summary>The text of a recipe's file.</summary>
    /// <exception cref="DeitException">It cannot be read.</exception>
    internal static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DeitException($"There is no recipe '{path}'.{Nearby(path)}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DeitException($"The recipe '{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What else is in the folder of a recipe that is not there.</summary>
    private static string Nearby(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (!Directory.Exists(folder)) return $" There is no folder '{folder}' either.";
        string[] recipes =
            [.. Directory.GetFiles(folder, "*.yaml").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        return recipes.Length == 0 ? "" : $" {Suggestions.Sentence(Path.GetFileName(path), recipes)}";
    }

    // An option has no lines.
    private static string Line(Finding finding) => finding.Place.File.StartsWith(RecipeReader.OptionPrefix, StringComparison.Ordinal)
        ? $"{finding.Place.File}: error {finding.Rule.Id}: {finding.Message}"
        : finding.ToString();
}
