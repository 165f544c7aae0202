using Deit.Compiler.Specs;
using Deit.Pretrained;

namespace Deit.Training;

/// <summary>
/// Makes the paths of a recipe's weights, class map and cache absolute, so that the run's own copy of the recipe names the same files: what the recipe's
/// file says is relative to its folder, what an option says to the current one.
/// </summary>
/// <param name="places">Where the keys are stated.</param>
/// <param name="recipeFile">The path of the recipe's file.</param>
internal sealed class RecipePaths(PlaceMap places, string recipeFile)
{
    /// <summary>The recipe with absolute paths.</summary>
    public Recipe Resolve(Recipe recipe) => recipe with
    {
        Data = recipe.Data with { ClassMap = Absolute(recipe.Data.ClassMap, "data.class_map") },
        Student = Resolve(recipe.Student, "student"),
        Teacher = recipe.Teacher is { } teacher ? Resolve(teacher, "teacher") : null,
        TeacherCache = Absolute(recipe.TeacherCache, "distillation.cache"),
    };

    private ModelRecipe Resolve(ModelRecipe model, string table) => model with
    {
        Weights = Absolute(model.Weights, $"{table}.weights"),
        Finetune = Absolute(model.Finetune, $"{table}.finetune"),
    };

    private string? Absolute(string? weights, string key)
    {
        if (weights is null || PretrainedWeights.IsAskedFor(weights, out _)) return weights;
        bool isOption = places.ValueOf(key).File.StartsWith(RecipeReader.OptionPrefix, StringComparison.Ordinal);
        return Path.GetFullPath(isOption ? weights : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipeFile))!, weights));
    }
}
