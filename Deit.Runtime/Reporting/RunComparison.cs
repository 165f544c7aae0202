using System.Collections.Immutable;
using Deit.Compiler.Specs;
using Deit.Reporting.Pages;
using Deit.Training;

namespace Deit.Reporting;

/// <summary>Runs side by side. Accuracies are fractions from 0 to 1, of the last epoch that was evaluated: of a finished run, its last one.</summary>
public sealed class RunComparison
{
    // They name a recipe; they are no part of what it does.
    private static readonly ImmutableArray<string> Names = ["name", "description"];

    private RunComparison(ImmutableArray<RunContent> contents, ImmutableArray<ComparedRun> runs)
    {
        Contents = contents;
        Runs = runs;
        Differences = [.. Differ([.. contents.Select(static run => RecipeTable.FromRecipe(run.Recipe))])];
    }

    /// <summary>The runs, in the order in which they were named.</summary>
    public ImmutableArray<ComparedRun> Runs { get; }

    /// <summary>The keys of the recipes that have not the same value in all of them, in the order of the schema.</summary>
    public ImmutableArray<RecipeDifference> Differences { get; }

    /// <summary>What the runs' folders say.</summary>
    internal ImmutableArray<RunContent> Contents { get; }

    /// <summary>Reads runs, finished or not.</summary>
    /// <param name="folders">Their folders.</param>
    /// <exception cref="DeitException">A folder is no run's, or damaged.</exception>
    public static RunComparison Of(IEnumerable<string> folders)
    {
        ImmutableArray<RunContent> contents = [.. folders.Select(RunContent.Read)];
        ILookup<string, RunContent> byName = contents.ToLookup(static run => run.Name);
        return new(contents, [.. contents.Select(run => ComparedRun.Of(run, byName[run.Name].Count() == 1 ? run.Name : run.Folder.Path))]);
    }

    /// <summary>Draws the comparison as a page that loads nothing.</summary>
    /// <param name="path">The file to write.</param>
    /// <exception cref="DeitException">The disk refuses.</exception>
    public void WritePage(string path) => ComparisonPage.Draw(this).Write(path);

    private static IEnumerable<RecipeDifference> Differ(ImmutableArray<SpecTable> recipes)
    {
        foreach ((string path, _) in RecipeSchema.Recipe.Leaves())
        {
            object?[] values = [.. recipes.Select(recipe => recipe.Entries.FirstOrDefault(entry => entry.Path == path)?.Value)];
            if (Names.Contains(path) || values.All(value => Equals(value, values[0]))) continue;
            yield return new(path, [.. values.Select(static value => value is null ? null : RecipeYaml.Scalar(value))]);
        }
    }
}

/// <summary>A key of which recipes have different values.</summary>
/// <param name="Key">The key: <c>student.lr</c>.</param>
/// <param name="Values">Its value in each recipe, as it is written; null where there is none.</param>
public sealed record RecipeDifference(string Key, ImmutableArray<string?> Values);

/// <summary>A run among others.</summary>
public sealed record ComparedRun
{
    /// <summary>The name of its folder; where others have that too, the folder's path.</summary>
    public required string Name { get; init; }

    /// <summary>How far it is, in words: <c>finished</c>.</summary>
    public required string State { get; init; }

    /// <summary>Whether it is finished; otherwise all numbers are those of what it has done.</summary>
    public required bool IsFinished { get; init; }

    /// <summary>The student's epochs so far.</summary>
    public required int Epochs { get; init; }

    /// <summary>The student's model.</summary>
    public required string Model { get; init; }

    /// <summary>Accuracy of the student's prediction; null where no epoch is finished.</summary>
    public double? Top1 { get; init; }

    /// <summary>Accuracy of the class head alone; null of a model with one head.</summary>
    public double? ClassTop1 { get; init; }

    /// <summary>Accuracy of the distillation head alone; null of a model with one head.</summary>
    public double? DistillationTop1 { get; init; }

    /// <summary>Accuracy with the averaged weights; null where none are kept.</summary>
    public double? EmaTop1 { get; init; }

    /// <summary>The teacher's accuracy; null where there is none.</summary>
    public double? TeacherTop1 { get; init; }

    /// <summary>The epoch with the best accuracy, the first of equals.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>The accuracy of that epoch. It was chosen by the images that judge it.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>The cross entropy with the labels of the validation images.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Images that the student was trained on a second.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>How long teacher and student were trained, evaluations included.</summary>
    public required double Seconds { get; init; }

    /// <summary>A run that has no folder yet.</summary>
    internal static ComparedRun NotBegun(string name, string model) =>
        new() { Name = name, State = "not begun", IsFinished = false, Epochs = 0, Model = model, Seconds = 0 };

    internal static ComparedRun Of(RunContent run, string name) => new()
    {
        Name = name,
        State = run.State,
        IsFinished = run.Summary is not null,
        Epochs = run.Epochs.Length,
        Model = run.Recipe.Student.Model,
        Top1 = run.Last?.Top1,
        ClassTop1 = run.Last?.ClassTop1,
        DistillationTop1 = run.Last?.DistillationTop1,
        EmaTop1 = run.Last?.EmaTop1,
        TeacherTop1 = run.TeacherTop1,
        BestEpoch = run.Best?.Epoch,
        BestTop1 = run.Best?.Top1,
        ValidationLoss = run.Last?.ValidationLoss,
        ImagesPerSecond = run.ImagesPerSecond,
        Seconds = run.Seconds,
    };
}
