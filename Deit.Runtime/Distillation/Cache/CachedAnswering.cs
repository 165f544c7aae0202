using System.Globalization;
using Deit.Data;
using Deit.Training;

namespace Deit.Distillation.Cache;

/// <summary>A cache that has all answers that a recipe's student will need.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Batches">Batches of an epoch.</param>
internal sealed record CachedAnswering(TeacherCache Cache, ModelDescription Model, int Batches)
{
    /// <summary>Opens a recipe's cache.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="recipe">The recipe, which has a teacher.</param>
    /// <param name="data">Its images.</param>
    /// <param name="teacher">The teacher's model.</param>
    /// <exception cref="DeitException">There is none, it is of something else, damaged, or not complete.</exception>
    public static CachedAnswering Open(string path, Recipe recipe, DataSplits data, ModelDescription teacher)
    {
        TrainingOptions training = recipe.Student.Training;
        var layout = new AnswerLayout(recipe.Distillation, teacher.Classes, training.BatchSize);
        var cache = TeacherCache.Open(path, TeacherCacheKey.Of(recipe, data, teacher), layout);
        int batches = new TrainingViews(training, teacher.Classes).BatchesPerEpoch(data);
        IReadOnlyList<int> missing = cache.Missing(training.TotalEpochs, batches);
        return missing.Count == 0
            ? new(cache, teacher, batches)
            : throw new DeitException(string.Create(
                CultureInfo.InvariantCulture,
                $"The teacher's answers in '{path}' lack epoch {missing[0]}; {training.TotalEpochs} are needed: let 'deit teach' write the rest, or train for fewer."));
    }

    /// <summary>The teacher who answers from it.</summary>
    public PreparedTeacher Prepared()
    {
        var teacher = new CachedTeacher(Cache, Model, Batches);
        return new(teacher, Cache.Content.Teacher, 0, teacher);
    }
}
