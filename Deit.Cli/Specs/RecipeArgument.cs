using Deit.Compiler.Specs;
using Deit.Training;

namespace Deit.Cli.Specs;

/// <summary>The recipe that a command is given.</summary>
internal static class RecipeArgument
{
    /// <summary>Reads a recipe, and compiles the models that it names by their files, so that a spec trains without a project.</summary>
    /// <param name="path">The recipe's file.</param>
    /// <param name="overrides">What the command line changes in it.</param>
    /// <exception cref="UsageException">What it changes cannot be meant.</exception>
    public static (Recipe Recipe, ModelRegistry Models) Read(string path, string[] overrides) => WithSpecFiles(Load(path, overrides));

    private static Recipe Load(string path, string[] overrides)
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

    private static (Recipe Recipe, ModelRegistry Models) WithSpecFiles(Recipe recipe)
    {
        ModelRegistry models = Zoo.Models;
        ModelRecipe Compiled(ModelRecipe model)
        {
            if (!RecipeModels.IsFile(model.Model)) return model;
            RegisteredModelAttribute compiled = SpecAssembly.Compile(model.Model);
            models = models.With(compiled);
            return model with { Model = compiled.Description.Name };
        }

        Recipe resolved = recipe with { Student = Compiled(recipe.Student), Teacher = recipe.Teacher is { } teacher ? Compiled(teacher) : null };
        return (resolved, models);
    }
}
