using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Deit.Compiler.Specs;
using Deit.Data;
using Deit.Training;

namespace Deit.Distillation.Cache;

/// <summary>
/// All that a teacher's answers follow from: its weights, the data, and what determines a training's views. Each is called as the recipe
/// calls it. What a student is trained with besides (its model, learning rate, losses, accumulated batches) is no part of it, nor is
/// the number of epochs: a cache of more serves a training of fewer.
/// </summary>
/// <param name="Values">Names and values.</param>
internal sealed record TeacherCacheKey(ImmutableSortedDictionary<string, string> Values)
{
    private const string Teacher = "teacher.";
    private const string SumSuffix = ".sha256";
    private const string StateName = "teacher.state.sha256";
    private const int ShownSumLetters = 12;

    // What decides on the views of every epoch, and on the accuracy of the teacher, by which its training may end. The rest of the student's keys are about learning from them.
    private static readonly string[] OfViews =
    [
        "seed", "data.image_size", "data.crop_pct", "data.validation", "data.fast_decode",
        "student.batch_size", "student.mixup", "student.cutmix", "student.mixup_prob", "student.mixup_switch_prob", "student.mixup_mode",
        "student.cutmix_minmax", "student.mixup_off_epoch", "tf32", "distillation.type",
    ];

    // Of a teacher that is trained, all keys but these, which are compared by what they name.
    private static readonly string[] OfFiles = ["teacher.weights", "teacher.finetune"];

    // Known only where the teacher's weights are.
    private static readonly string[] OfWeights = ["teacher.mean", "teacher.std"];

    /// <summary>SHA-256 of the whole key.</summary>
    public ImmutableArray<byte> Hash =>
        [.. SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Values.Select(static entry => $"{entry.Key}={entry.Value}\n"))))];

    /// <summary>The key of a recipe's teacher.</summary>
    /// <param name="recipe">The recipe, which has a teacher.</param>
    /// <param name="data">Its images.</param>
    /// <param name="teacher">The teacher's model.</param>
    public static TeacherCacheKey Of(Recipe recipe, DataSplits data, ModelDescription teacher)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        SpecTable table = RecipeTable.FromRecipe(recipe);
        bool isTrained = recipe.Teacher!.Weights is null;
        foreach (string path in RecipeSchema.Recipe.Leaves().Select(static leaf => leaf.Path).Where(path => Decides(path, isTrained)))
        {
            if (table.Find(path) is { } value) values[path] = RecipeYaml.Scalar(value);
        }

        Preprocessing seen = data.Preprocessing;
        Add("distillation.top_k", Number(recipe.Distillation.KeptOf(teacher.Classes) ?? 0));
        Add("data.images", Number(data.Train.Count));
        Add("data.classes", Number(data.Train.ClassNames.Count));
        Add("data.mean", Text(seen.Mean));
        Add("data.std", Text(seen.Std));
        Add("data.listing" + SumSuffix, DataListing.Hash(data.Train, recipe.Data.Path));

        var source = TeacherSource.Of(recipe.Teacher, teacher, seen);
        Add("teacher.model", teacher.Name);
        Add("teacher.parameters", Number(teacher.Parameters));
        Add("teacher.image_size", Number(teacher.Input[1]));
        Add("teacher.mean", source.Preprocessing is { } mean ? Text(mean.Mean) : null);
        Add("teacher.std", source.Preprocessing is { } std ? Text(std.Std) : null);
        Add("teacher.weights", source.Weights);
        Add("teacher.weights" + SumSuffix, source.WeightsSum);
        Add("teacher.finetune", source.Finetune);
        Add("teacher.finetune" + SumSuffix, source.FinetuneSum);
        return new(values.ToImmutableSortedDictionary(StringComparer.Ordinal));

        void Add(string name, string? value)
        {
            if (value is not null) values[name] = value;
        }
    }

    /// <summary>The key with the checksum of the teacher's weights as they were when it answered.</summary>
    public TeacherCacheKey WithState(string sum) => new(Values.SetItem(StateName, sum));

    /// <summary>
    /// What differs, such as <c>student.mixup (0.8 there, 0.2 now)</c>. Of weights that only one side has, names are compared and not
    /// their content; where both have them, content alone: files may move.
    /// </summary>
    /// <param name="now">The key to compare with.</param>
    public IReadOnlyList<string> DifferencesTo(TeacherCacheKey now) =>
    [
        .. Values.Keys.Union(now.Values.Keys, StringComparer.Ordinal)
            .Where(name => Compares(name, now) && Values.GetValueOrDefault(name) != now.Values.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal)
            .Select(name => $"{name} ({Show(Values.GetValueOrDefault(name))} there, {Show(now.Values.GetValueOrDefault(name))} now)"),
    ];

    private static bool Decides(string path, bool isTrained)
    {
        if (OfViews.Contains(path) || path.StartsWith("augmentation.", StringComparison.Ordinal)) return true;
        return isTrained && (path == "fused" || (path.StartsWith(Teacher, StringComparison.Ordinal) && !OfFiles.Contains(path)));
    }

    private bool Compares(string name, TeacherCacheKey now)
    {
        bool bothKnow = Values.ContainsKey(name) && now.Values.ContainsKey(name);
        if (name.EndsWith(SumSuffix, StringComparison.Ordinal) || OfWeights.Contains(name)) return bothKnow;
        string sum = name + SumSuffix;
        return !(Values.ContainsKey(sum) && now.Values.ContainsKey(sum));
    }

    private static string Show(string? value) => value is null
        ? "none"
        : value.Length == 2 * SHA256.HashSizeInBytes ? $"{value[..ShownSumLetters]}..." : value;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(IEnumerable<double> values) => $"[{string.Join(", ", values.Select(Spelling.Number))}]";
}
