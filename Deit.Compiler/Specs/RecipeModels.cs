using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>Whether the models that a recipe names exist and fit each other.</summary>
public static class RecipeModels
{
    /// <summary>Checks a recipe that is right by itself.</summary>
    /// <param name="recipe">Its values.</param>
    /// <param name="known">The models it may name; a model that is named by its file is not looked for.</param>
    public static IEnumerable<SpecFinding> Check(SpecTable recipe, IReadOnlyCollection<ModelSpec> known)
    {
        ModelSpec? student = Find(recipe, "student.model", known, out SpecFinding? unknown);
        if (unknown is not null) yield return unknown;
        if (!recipe.States("teacher")) yield break;

        ModelSpec? teacher = Find(recipe, "teacher.model", known, out unknown);
        if (unknown is not null) yield return unknown;
        bool distils = recipe.Text("distillation.type") != "none";
        if (distils && student is not null && teacher is not null && Pair.Check(student, teacher, "teacher.model") is { } mismatch) yield return mismatch;
    }

    /// <summary>Whether a recipe names a model by the file that declares it.</summary>
    public static bool IsFile(string model) => model.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || model.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    private static ModelSpec? Find(SpecTable recipe, string path, IReadOnlyCollection<ModelSpec> known, out SpecFinding? unknown)
    {
        unknown = null;
        if (recipe.TextOrNull(path) is not { } name || IsFile(name)) return null;
        ModelSpec? model = known.FirstOrDefault(candidate => candidate.Name == name);
        if (model is null) unknown = new(Rules.UnknownModel, path, $"there is no model '{name}'. {Suggestions.Sentence(name, known.Select(static candidate => candidate.Name).Distinct())}");
        return model;
    }
}
