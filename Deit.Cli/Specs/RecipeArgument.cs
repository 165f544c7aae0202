using Deit.Compiler.Specs;
using Deit.Studies;
using Deit.Training;

namespace Deit.Cli.Specs;

/// <summary>The recipe, or the study, that a command is given. Models that it names by their files are compiled, so that a spec trains without a project.</summary>
internal sealed class RecipeArgument
{
    private readonly Dictionary<string, RegisteredModelAttribute> _compiled = [];
    private ModelRegistry _models = Zoo.Models;

    private RecipeArgument()
    {
    }

    /// <summary>Reads a recipe.</summary>
    /// <param name="path">The recipe's file.</param>
    /// <param name="overrides">What the command line changes in it.</param>
    /// <exception cref="UsageException">What it changes cannot be meant.</exception>
    public static (Recipe Recipe, ModelRegistry Models) Read(string path, string[] overrides)
    {
        var argument = new RecipeArgument();
        Recipe recipe = argument.Compile(Load(() => Recipe.Load(path, overrides)));
        return (recipe, argument._models);
    }

    /// <summary>Reads a study.</summary>
    /// <param name="path">The study's file.</param>
    /// <param name="overrides">What the command line changes in the recipe of every arm.</param>
    /// <exception cref="UsageException">What it changes cannot be meant.</exception>
    public static (Study Study, ModelRegistry Models) ReadStudy(string path, string[] overrides)
    {
        var argument = new RecipeArgument();
        Study study = Load(() => Study.Load(path, overrides));
        study = study with { Arms = [.. study.Arms.Select(arm => arm with { Recipe = argument.Compile(arm.Recipe) })] };
        return (study, argument._models);
    }

    private static T Load<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DeitException exception) when (exception.Message.StartsWith(RecipeReader.OptionPrefix, StringComparison.Ordinal))
        {
            throw new UsageException(exception.Message);
        }
    }

    private Recipe Compile(Recipe recipe) =>
        recipe with { Student = Compile(recipe.Student), Teacher = recipe.Teacher is { } teacher ? Compile(teacher) : null };

    private ModelRecipe Compile(ModelRecipe model) => RecipeModels.IsFile(model.Model) ? model with { Model = Compile(model.Model).Description.Name } : model;

    private RegisteredModelAttribute Compile(string file)
    {
        if (_compiled.TryGetValue(file, out RegisteredModelAttribute? known)) return known;

        RegisteredModelAttribute compiled = SpecAssembly.Compile(file);
        string name = compiled.Description.Name;
        if (_compiled.FirstOrDefault(other => other.Value.Description.Name == name).Key is { } other)
        {
            throw new DeitException($"'{other}' and '{file}' both declare a model '{name}': give one of them another name.");
        }

        _compiled.Add(file, compiled);
        _models = _models.With(compiled);
        return compiled;
    }
}
