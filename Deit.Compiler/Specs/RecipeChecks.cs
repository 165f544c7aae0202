using System.Collections.Generic;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>What holds between the keys of a recipe.</summary>
internal static class RecipeChecks
{
    // Windows forbids more in a file's name than others do; a recipe's runs have the same names everywhere.
    private const string NotInFileNames = "<>:\"/\\|?*";

    /// <summary>The contradictions in a recipe whose single values are right.</summary>
    public static IEnumerable<SpecFinding> Check(SpecTable recipe)
    {
        string name = recipe.Text("name");
        if (!CanNameFolder(name, out string forbidden))
        {
            yield return new(Rules.ValueNotAccepted, "name", $"name: '{name}' cannot name a folder; leave out {forbidden}");
        }

        bool hasTeacher = recipe.States("teacher");
        string distillation = recipe.Text("distillation.type");
        if (distillation != "none" && !hasTeacher)
        {
            yield return new(
                Rules.ContradictingKeys,
                "distillation.type",
                $"distillation.type: '{distillation}' needs a teacher; add a 'teacher' table with its model, or take 'none'");
        }

        foreach (SpecFinding finding in AugmentationChecks.Check(recipe)) yield return finding;
        if (recipe.Text("data.dataset") == "digits" && recipe.States("data.path"))
        {
            yield return new(
                Rules.ContradictingKeys,
                "data.path",
                "data.path: the digits come with the library; leave the path out, or set data.dataset to 'auto'");
        }

        if (recipe.States("teacher.weights") && recipe.States("teacher.finetune"))
        {
            yield return new(
                Rules.ContradictingKeys,
                "teacher.finetune",
                "teacher.finetune: a teacher that has teacher.weights is not trained; leave one of the two out");
        }

        foreach (SpecFinding finding in CheckTraining(recipe, "student")) yield return finding;
        if (!hasTeacher) yield break;
        foreach (SpecFinding finding in CheckTraining(recipe, "teacher")) yield return finding;
    }

    /// <summary>Whether a folder can have that name, on every system.</summary>
    public static bool CanNameFolder(string name, out string forbidden)
    {
        forbidden = string.Join(" ", NotInFileNames.ToCharArray());
        return name.IndexOfAny(NotInFileNames.ToCharArray()) < 0;
    }

    private static IEnumerable<SpecFinding> CheckTraining(SpecTable recipe, string table)
    {
        if (AugmentationChecks.Range(recipe, $"{table}.cutmix_minmax") is { } range) yield return range;
        string schedule = recipe.Text($"{table}.sched");
        if (schedule == "multistep" && !recipe.States($"{table}.decay_milestones"))
        {
            yield return new(
                Rules.ContradictingKeys,
                $"{table}.sched",
                $"{table}.sched: 'multistep' needs epochs to decay at; state {table}.decay_milestones, such as [30, 60, 90]");
        }

        if (recipe.Text($"{table}.loss") == "bce" && recipe.Number($"{table}.bce_threshold") == 0 && recipe.Number($"{table}.smoothing") > 0)
        {
            yield return new(
                Rules.ContradictingKeys,
                recipe.States($"{table}.smoothing") ? $"{table}.smoothing" : $"{table}.loss",
                $"{table}.loss: 'bce' takes every target above 0 for 1, and smoothing puts all above 0; set {table}.smoothing to 0");
        }

        bool isScaled = recipe.Text($"{table}.lr_scale") == "linear";
        double peak = recipe.Number($"{table}.lr");
        if (isScaled) peak *= recipe.Integer($"{table}.batch_size") * recipe.Integer($"{table}.grad_accum_steps") / RecipeSchema.ImagesOfLearningRate;
        foreach (string key in schedule is "cosine" or "plateau" ? new[] { "warmup_lr", "min_lr" } : ["warmup_lr"])
        {
            double rate = recipe.Number($"{table}.{key}");
            if (rate <= peak) continue;
            string blamed = recipe.States($"{table}.{key}") ? $"{table}.{key}" : $"{table}.lr";
            yield return new(
                Rules.ContradictingKeys,
                blamed,
                $"{table}.{key}: {Spelling.Number(rate)} must not exceed {table}.lr{(isScaled ? ", scaled to the batch" : "")}, {Spelling.Number(peak)}");
        }
    }
}
