using Deit.Checkpoints;
using Deit.Data;
using Deit.Distillation;
using Deit.Inference;

namespace Deit.Training;

/// <summary>Gets the teacher of a recipe ready: trains it, or loads its weights. It sees images at its own resolution and normalisation.</summary>
/// <param name="recipe">The recipe, which has a teacher.</param>
/// <param name="registered">The teacher's model.</param>
/// <param name="options">Observer, device, clock.</param>
/// <param name="folder">The run's folder, in which a teacher that is trained has its own.</param>
internal sealed class TeacherPreparation(Recipe recipe, RegisteredModelAttribute registered, RunOptions options, RunFolder folder)
{
    private readonly ModelRecipe _part = recipe.Teacher!;
    private readonly RecipeTraining _training = new(recipe, options, folder);

    /// <summary>Prepares the teacher.</summary>
    /// <param name="data">The images that the student sees.</param>
    /// <param name="cancellationToken">Stops a training or a download.</param>
    /// <exception cref="DeitException">Its training failed, or its weights do not fit, or the folder's teacher is of another recipe.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public PreparedTeacher Prepare(DataSplits data, CancellationToken cancellationToken)
    {
        IVisionModel teacher = RecipeTraining.Create(registered, _part);
        try
        {
            int size = registered.Description.Input[1];
            Recipe atOwnSize = recipe with { Data = recipe.Data with { ImageSize = size } };
            DataSplits own = size == data.ImageSize ? data : atOwnSize.OpenData(classes: data.Train.ClassNames);
            if (_part.Weights is { } weights)
            {
                (double top1, Preprocessing preprocessing) = Load(teacher, weights, own, cancellationToken);
                return new(new ModelTeacher(teacher, recipe.Distillation, preprocessing), new(_part.Model, top1), 0, teacher);
            }

            TrainingResult result = Train(teacher, atOwnSize, own, cancellationToken);
            return new(new ModelTeacher(teacher, recipe.Distillation), new(_part.Model, result.Last.Top1), result.Seconds, teacher);
        }
        catch
        {
            teacher.Dispose();
            throw;
        }
    }

    private TrainingResult Train(IVisionModel teacher, Recipe atOwnSize, DataSplits own, CancellationToken cancellationToken)
    {
        // A run of its own: its recipe trains the same teacher again, alone.
        RunFolder place = folder.Teacher.Made();
        Recipe alone = atOwnSize with { Name = $"{recipe.Name}-teacher", Teacher = null, Student = _part, Distillation = new(), TeacherCache = null };
        if (options.Resume && place.IsBegun) RequireSame(place, alone);
        place.Write(alone);
        place.Write(RunData.Of(own));
        _training.StartFrom(_part, teacher, place, TrainingPhase.Teacher, cancellationToken);
        TrainingResult result = _training.Train(teacher, _part, null, place, TrainingPhase.Teacher, own, cancellationToken);
        place.Write(RecipeRun.Summarize(alone, result, teacher: null, secondsBefore: 0));
        _training.Report(teacher, place, own, cancellationToken);
        return result;
    }

    private static void RequireSame(RunFolder place, Recipe alone)
    {
        Recipe there = Recipe.Load(place.RecipeFile) with { Name = alone.Name };
        IReadOnlyList<string> differences = RecipeDifferences.Find(there, alone);
        if (differences.Count == 0) return;
        throw new DeitException(
            $"The teacher in '{place.Path}' is of another recipe: {string.Join(", ", differences)}. Name another folder for its training, or take its recipe.");
    }

    private (double Top1, Preprocessing Preprocessing) Load(IVisionModel teacher, string weights, DataSplits own, CancellationToken cancellationToken)
    {
        var located = LocatedWeights.Find(weights, teacher.Description, download: _training.Download(teacher.Description), cancellationToken: cancellationToken);
        Weights.Load(teacher, located.Path);
        var learner = Learner.For(teacher, teacher: null, new());
        learner.MoveTo(options.Device);
        var badImages = new BadImages(recipe.Data.Loading.MaximumBadImages);
        var transform = new EvaluationTransform(located.Preprocessing, own.ImageSize);
        var evaluator = new Evaluator(own.Validation, transform, recipe.Student.Training.BatchSize, options.Device, recipe.Data.Loading, badImages);
        return (evaluator.Evaluate(learner, cancellationToken).Top1, located.Preprocessing);
    }
}
