using Deit.Compiler.Specs;

namespace Deit.Training;

/// <summary>What keeps a run of one recipe from being continued with another.</summary>
internal static class RecipeDifferences
{
    // None changes a number that is there already: up to a step that fails, it does not matter what becomes of one. Data may have moved, or be
    // named from another folder. A cache answers as its teacher does.
    private static readonly string[] OfNoWeight =
    [
        "description", "data.path", "data.class_map", "data.workers", "data.prefetch", "data.max_bad_images", "distillation.cache",
        "checkpoints.minutes", "checkpoints.steps", "checkpoints.keep_every",
        "teacher.on_nonfinite", "teacher.explosion_factor", "student.on_nonfinite", "student.explosion_factor",
    ];

    /// <summary>The keys whose values differ, such as <c>student.epochs (20 there, 40 now)</c>.</summary>
    public static IReadOnlyList<string> Find(Recipe there, Recipe now)
    {
        SpecTable before = RecipeTable.FromRecipe(there);
        SpecTable after = RecipeTable.FromRecipe(now);
        return [.. RecipeSchema.Recipe.Leaves()
            .Select(static leaf => leaf.Path)
            .Where(path => !OfNoWeight.Contains(path) && !Equals(before.Find(path), after.Find(path)))
            .Select(path => $"{path} ({Show(before.Find(path))} there, {Show(after.Find(path))} now)")];
    }

    /// <summary>A value as a message shows it.</summary>
    public static string Show(object? value) => value is null ? "none" : RecipeYaml.Scalar(value);
}
