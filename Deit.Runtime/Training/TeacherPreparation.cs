using Deit.Checkpoints;
using Deit.Data;
using Deit.Distillation;
using Deit.Inference;

namespace Deit.Training;

/// <summary>
/// Gets the teacher of a recipe ready: trains it, goes on with its training or takes it as it was trained before, or loads its weights. It
/// sees images at its own resolution and normalisation.
/// </summary>
/// <param name="recipe">The recipe, which has a teacher.</param>
/// <param name="registered">The teacher's model.</param>
/// <param name="options">Observer, device, clock.</param>
/// <param name="folder">The run's folder, in which a teacher that is trained has its own.</param>
internal sealed class TeacherPreparation(Recipe recipe, RegisteredModelAttribute registered, RunOptions options, RunFolder folder)
{
    private readonly ModelRecipe _part = recipe.Teacher!;

    // A teacher that is in the folder is this one: 'deit teach' trains the teachers of runs that are not begun.
    private readonly RecipeTraining _training = new(recipe, options with { Resume = true }, folder);

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
            Recipe alone = Alone(recipe, registered.Description);
            DataSplits own = alone.Data.ImageSize == data.ImageSize ? data : alone.OpenData(classes: data.Train.ClassNames);
            if (_part.Weights is { } weights)
            {
                (double top1, Preprocessing preprocessing) = Load(teacher, weights, own, cancellationToken);
                return new(new ModelTeacher(teacher, recipe.Distillation, preprocessing), new(_part.Model, top1), 0, teacher);
            }

            TrainingResult result = Train(teacher, alone, own, cancellationToken);
            return new(new ModelTeacher(teacher, recipe.Distillation), new(_part.Model, result.Last.Top1), result.Seconds, teacher);
        }
        catch
        {
            teacher.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a teacher that was begun with another recipe.</summary>
    /// <param name="place">The teacher's folder.</param>
    /// <param name="recipe">The recipe, which trains a teacher.</param>
    /// <param name="teacher">The teacher's model.</param>
    /// <exception cref="DeitException">It was; the message says what differs.</exception>
    public static void RequireSame(RunFolder place, Recipe recipe, RegisteredModelAttribute teacher) => RequireUnchanged(place, Alone(recipe, teacher.Description), teacher);

    /// <summary>The recipe that trains the same teacher again, alone: its training is a run of its own.</summary>
    private static Recipe Alone(Recipe recipe, ModelDescription teacher) => recipe with
    {
        Name = $"{recipe.Name}-teacher",
        Data = recipe.Data with { ImageSize = teacher.Input[1] },
        Teacher = null,
        Student = recipe.Teacher!,
        Distillation = new(),
        TeacherCache = null,
    };

    private TrainingResult Train(IVisionModel teacher, Recipe alone, DataSplits own, CancellationToken cancellationToken)
    {
        RunFolder place = folder.Teacher.Made();
        if (place.IsBegun) RequireUnchanged(place, alone, registered);
        place.Write(alone);
        place.Write(RunData.Of(own));
        DeclaredModel.Write(place, registered);
        _training.StartFrom(_part, teacher, place, TrainingPhase.Teacher, cancellationToken);
        TrainingResult result = _training.Train(teacher, _part, null, place, TrainingPhase.Teacher, own, cancellationToken);
        place.Write(RecipeRun.Summarize(alone, result, teacher: null, secondsBefore: 0));
        _training.Report(teacher, place, own, cancellationToken);
        return result;
    }

    private static void RequireUnchanged(RunFolder place, Recipe alone, RegisteredModelAttribute teacher)
    {
        Recipe there = Recipe.Load(place.RecipeFile) with { Name = alone.Name };
        IReadOnlyList<string> differences = RecipeDifferences.Find(there, alone);
        if (differences.Count > 0)
        {
            throw new DeitException(
                $"The teacher in '{place.Path}' is of another recipe: {string.Join(", ", differences)}. Name another folder for its training, or take its recipe.");
        }

        DeclaredModel.RequireSame(place, teacher);
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
