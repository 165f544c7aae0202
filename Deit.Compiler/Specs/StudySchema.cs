using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Specs;

/// <summary>The keys of a study: recipes that have most in common, trained one after another to be compared.</summary>
public static class StudySchema
{
    // What tells an arm's recipe from the others' is the study's to say.
    private static readonly ImmutableArray<string> NotOfArms = ["name", "description", "seed", "teacher"];

    /// <summary>The keys of a part of a recipe: all that an arm may state or take from others, none of them required.</summary>
    public static Schema Part { get; } = Optional(new("the recipe of an arm", [.. RecipeSchema.Recipe.Keys.Where(static key => !NotOfArms.Contains(key.Name))]));

    /// <summary>The keys of an arm.</summary>
    public static Schema Arm { get; } = new("an arm",
    [
        new("name", ValueKind.Text, "What to call the arm; its runs' folders are named by it.") { Required = true },
        new("family", ValueKind.Text, "The arms that a curve of the report joins; not stated, that of the arm it is like, or its own name."),
        new("description", ValueKind.Text, "What is special about it."),
        new("like", ValueKind.Text, "The arm that this one derives from: what is not stated here is taken from there."),
        new("teacher", ValueKind.Text, "The arm whose weights teach this one, those of its first seed; not stated, that of the arm it is like."),
        new("seeds", ValueKind.Integers, "What the randomness of its runs is drawn from, a run for each; not stated, those of the arm it is like, or of the study."),
        new("recipe", ValueKind.Table, "Its recipe, where it differs from the base and from the arm it is like.") { Table = Part },
        new("without", ValueKind.Texts, "Keys that it takes from neither, [student.mixup, augmentation.repeated]: they have their defaults."),
    ]);

    /// <summary>The keys of a study.</summary>
    public static Schema Study { get; } = new("a study",
    [
        new("study", ValueKind.Text, "What to call the study; the folders of its results are named by it.") { Required = true },
        new("description", ValueKind.Text, "What it is to show."),
        new("reference", ValueKind.Text, "The arm that all others are compared with in a table of its own, as the full recipe of an ablation is."),
        new("seeds", ValueKind.Integers, "What the randomness of the runs is drawn from, a run of every arm for each; [0] by default."),
        new("base", ValueKind.Table, "What the recipes of all arms have in common.") { Table = Part },
        new("arms", ValueKind.Tables, "What is compared: a recipe each.") { Required = true, Items = [Arm] },
    ]);

    private static Schema Optional(Schema schema) => schema with
    {
        Keys = [.. schema.Keys.Select(static key => key with { Required = false, Table = key.Table is { } table ? Optional(table) : null })],
    };
}
