using Deit.Checkpoints;
using Deit.Data;
using Deit.Distillation;
using Deit.Distillation.Cache;
using Deit.Pretrained;

namespace Deit.Training;

/// <summary>
/// The run of a recipe: trains or loads the teacher, trains the student, and keeps all in a run folder. What can be wrong is
/// found when it is started, before anything is trained or written.
/// </summary>
/// <remarks>It alone may write into the folder, from its start until it was executed or disposed.</remarks>
public sealed class RecipeRun : IDisposable
{
    private readonly RegisteredModelAttribute? _teacher;
    private readonly RegisteredModelAttribute _student;
    private readonly RunOptions _options;
    private readonly DataSplits? _data;
    private readonly CachedAnswering? _cache;
    private readonly RunLock? _lock;

    private RecipeRun(
        Recipe recipe,
        RunFolder folder,
        RegisteredModelAttribute? teacher,
        RegisteredModelAttribute student,
        RunOptions options,
        DataSplits? data,
        CachedAnswering? cache,
        RunLock? runLock)
    {
        Recipe = recipe;
        Folder = folder;
        _teacher = teacher;
        _student = student;
        _options = options;
        _data = data;
        _cache = cache;
        _lock = runLock;
    }

    /// <summary>The recipe, as it was resolved.</summary>
    public Recipe Recipe { get; }

    /// <summary>The run's folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>Opens the data, finds the models, and makes or opens the folder.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="registry">The models that it may name.</param>
    /// <param name="options">Folder, data, observer, device.</param>
    /// <exception cref="DeitException">
    /// A model is unknown or does not suit the data or the other model, the data cannot be opened, the folder holds something else than
    /// the recipe's teacher, or the run to be resumed is of another recipe, or another process writes into it.
    /// </exception>
    public static RecipeRun Start(Recipe recipe, ModelRegistry registry, RunOptions options)
    {
        recipe = recipe with { Data = recipe.Data with { Path = options.Data ?? recipe.Data.Path } };
        RegisteredModelAttribute student = registry.Find(recipe.Student.Model);
        RegisteredModelAttribute? teacher = null;
        if (recipe.Distillation.Type != DistillationType.None)
        {
            teacher = registry.Find(TeacherOf(recipe, student.Description).Model);
        }

        RunFolder? resumed = options.Resume ? OpenSame(recipe, student, options.Output) : null;
        if (resumed?.ReadSummary() is not null) return new(recipe, resumed, teacher, student, options, data: null, cache: null, runLock: null);

        // Before the data, which may take a while to open. A teacher may be there already, trained for this run by 'deit teach'.
        bool trainsTeacher = teacher is not null && recipe.Teacher!.Weights is null;
        RunFolder? ofTeacher = trainsTeacher && options.Output is { } output ? RunFolder.At(output).Teacher : null;
        if (resumed is null) RunFolder.RequireUnused(options.Output, mayHoldTeacher: trainsTeacher);
        if (ofTeacher is { IsBegun: true }) TeacherPreparation.RequireSame(ofTeacher, recipe, teacher!);
        RunLock? runLock = resumed is null ? null : RunLock.Take(resumed.Path);
        try
        {
            RequireWeights(recipe.Student, student, resumed);
            if (teacher is not null && recipe.TeacherCache is null) RequireWeights(recipe.Teacher!, teacher, ofTeacher);
            DataSplits data = recipe.OpenData(classes: resumed?.ReadData()?.Classes);
            DataFit.Require(student.Description, data);
            if (teacher is not null) DataFit.RequireClasses(teacher.Description, data);
            CachedAnswering? cache = teacher is not null && recipe.TeacherCache is { } path ? CachedAnswering.Open(path, recipe, data, teacher.Description) : null;
            RunFolder folder = resumed ?? RunFolder.Create(options.Output, recipe.Name, options.Time, mayHoldTeacher: trainsTeacher);
            runLock ??= RunLock.Take(folder.Path);
            if (resumed is null)
            {
                // Again: somebody may have been faster, and be finished.
                RunFolder.RequireUnused(folder.Path, mayHoldTeacher: trainsTeacher);
                folder.Write(recipe);
            }

            return new(recipe, folder, teacher, student, options, data, cache, runLock);
        }
        catch
        {
            runLock?.Dispose();
            throw;
        }
    }

    /// <summary>Runs to the end. A run that was finished before answers at once, or with the report that it was killed before it had.</summary>
    /// <param name="cancellationToken">Stops between two steps; the run can be resumed.</param>
    /// <exception cref="DeitException">A loss stopped being a number, or the disk refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public RunSummary Execute(CancellationToken cancellationToken = default)
    {
        using RunLock? writing = _lock;
        var training = new RecipeTraining(Recipe, _options, Folder);
        if (_data is null)
        {
            training.ReportIfMissing(_student, cancellationToken);
            return Folder.ReadSummary()!;
        }

        Folder.Write(RunData.Of(_data));
        DeclaredModel.Write(Folder, _student);
        using PreparedTeacher? teacher = PrepareTeacher(_data, cancellationToken);
        using IVisionModel student = RecipeTraining.Create(_student, Recipe.Student);
        training.StartFrom(Recipe.Student, student, Folder, TrainingPhase.Student, cancellationToken);
        TrainingResult result = training.Train(student, Recipe.Student, teacher?.Teacher, Folder, TrainingPhase.Student, _data, cancellationToken);
        RunSummary summary = Summarize(Recipe, result, teacher?.Summary, teacher?.Seconds ?? 0);
        Folder.Write(summary);
        training.Report(student, Folder, _data, cancellationToken);
        return summary;
    }

    /// <summary>Lets others write into the folder of a run that is not to be executed.</summary>
    public void Dispose() => _lock?.Dispose();

    /// <summary>The teacher, trained, loaded, or as it answered before; null where the recipe distils nothing.</summary>
    private PreparedTeacher? PrepareTeacher(DataSplits data, CancellationToken cancellationToken)
    {
        if (_teacher is null) return null;
        return _cache?.Prepared() ?? new TeacherPreparation(Recipe, _teacher, _options, Folder).Prepare(data, cancellationToken);
    }

    /// <summary>The teacher of a recipe that distils.</summary>
    internal static ModelRecipe TeacherOf(Recipe recipe, ModelDescription student)
    {
        if (!student.Distilled) throw Learner.CannotBeTaught(student);
        return recipe.Teacher
            ?? throw new DeitException($"Recipe '{recipe.Name}' distils, but names no teacher: add one, or take distillation type 'none'.");
    }

    /// <summary>Looks for the weights that will be wanted: those of a training that has a checkpoint are not.</summary>
    internal static void RequireWeights(ModelRecipe recipe, RegisteredModelAttribute model, RunFolder? resumed)
    {
        bool hasBegun = resumed is not null && CheckpointFolder.Find(resumed.LastCheckpoint) is not null;
        if ((recipe.Weights ?? (hasBegun ? null : recipe.Finetune)) is { } weights) WeightLocation.Require(weights, model.Description);
    }

    /// <summary>The run to be resumed; null where the folder holds none yet, and it begins afresh.</summary>
    private static RunFolder? OpenSame(Recipe recipe, RegisteredModelAttribute student, string? output)
    {
        RunFolder folder = RunFolder.At(output ?? throw new DeitException("Which run is to be resumed? Give its folder as the output."));
        if (!folder.IsBegun) return null;
        IReadOnlyList<string> differences = RecipeDifferences.Find(Recipe.Load(folder.RecipeFile), recipe);
        if (differences.Count > 0)
        {
            throw new DeitException(
                $"The run in '{folder.Path}' is of another recipe: {string.Join(", ", differences)}. "
                + $"Resume it with its own, '{folder.RecipeFile}'.");
        }

        DeclaredModel.RequireSame(folder, student);
        return folder;
    }

    /// <summary>What a training achieved.</summary>
    internal static RunSummary Summarize(Recipe recipe, TrainingResult result, TeacherSummary? teacher, double secondsBefore)
    {
        EpochMetrics last = result.Last;
        var student = new StudentSummary(recipe.Student.Model, last.Top1, last.ClassTop1, last.DistillationTop1, last.EmaTop1, result.Epochs.Sum(static epoch => epoch.SkippedSteps));
        return new(recipe.Name, secondsBefore + result.Seconds, result.ImagesPerSecond, teacher, student);
    }
}
