using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>What a file that is marked as a recipe holds: one recipe, or those of a study.</summary>
/// <param name="Recipes">The recipes.</param>
/// <param name="Findings">What is wrong with them, but for the models that they name.</param>
public sealed record RecipeFile(EquatableArray<TableReading> Recipes, EquatableArray<Finding> Findings)
{
    /// <summary>Reads a file. It never throws: what cannot be read is a finding.</summary>
    /// <param name="path">The path of the file, for findings.</param>
    /// <param name="text">Its text.</param>
    public static RecipeFile Read(string path, string text)
    {
        YamlFile file = YamlFile.Read(path, text);
        if (file.Root?.Find(StudyReader.Mark) is not null)
        {
            StudyReading study = StudyReader.Read(file, []);
            return new(new(study.Arms.Select(static arm => arm.Recipe)), study.Findings);
        }

        TableReading recipe = RecipeReader.Read(file, []);
        return new(new([recipe]), recipe.Findings);
    }

    /// <summary>What is wrong with the file, the models that it names included.</summary>
    /// <param name="known">The models that it may name.</param>
    public EquatableArray<Finding> CheckModels(IReadOnlyCollection<ModelSpec> known) => Findings.Count > 0
        ? Findings
        : new(Recipes.SelectMany(recipe => RecipeReader.CheckModels(recipe, known)).Distinct());
}
