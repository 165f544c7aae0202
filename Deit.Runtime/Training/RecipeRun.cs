using Deit.Checkpoints;
using Deit.Data;
using Deit.Distillation;
using Deit.Finetuning;
using Deit.Pretrained;
using Deit.Reporting;

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
    private readonly RunLock? _lock;

    private RecipeRun(
        Recipe recipe,
        RunFolder folder,
        RegisteredModelAttribute? teacher,
        RegisteredModelAttribute student,
        RunOptions options,
        DataSplits? data,
        RunLock? runLock)
    {
        Recipe = recipe;
        Folder = folder;
        _teacher = teacher;
        _student = student;
        _options = options;
        _data = data;
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
    /// A model is unknown or does not suit the data or the other model, the data cannot be opened, the folder is not empty, or the
    /// run to be resumed is of another recipe, or another process writes into it.
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

        RunFolder? resumed = options.Resume ? OpenSame(recipe, options.Output) : null;
        if (resumed?.ReadSummary() is not null) return new(recipe, resumed, teacher, student, options, data: null, runLock: null);

        // Before the data, which may take a while to open.
        if (resumed is null) RunFolder.RequireUnused(options.Output);
        RunLock? runLock = resumed is null ? null : RunLock.Take(resumed.Path);
        try
        {
            RequireWeights(recipe.Student, student, resumed);
            if (teacher is not null) RequireWeights(recipe.Teacher!, teacher, resumed?.Teacher);
            DataSplits data = recipe.OpenData(classes: resumed?.ReadData()?.Classes);
            DataFit.Require(student.Description, data);
            if (teacher is not null) DataFit.Require(teacher.Description, data);
            RunFolder folder = resumed ?? RunFolder.Create(options.Output, recipe.Name, options.Time);
            runLock ??= RunLock.Take(folder.Path);
            if (resumed is null)
            {
                // Again: somebody may have been faster, and be finished.
                RunFolder.RequireUnused(folder.Path);
                folder.Write(recipe);
            }

            return new(recipe, folder, teacher, student, options, data, runLock);
        }
        catch
        {
            runLock?.Dispose();
            throw;
        }
    }

    /// <summary>Runs to the end. A run that was finished before answers at once.</summary>
    /// <param name="cancellationToken">Stops between two steps; the run can be resumed.</param>
    /// <exception cref="DeitException">A loss stopped being a number, or the disk refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public RunSummary Execute(CancellationToken cancellationToken = default)
    {
        using RunLock? writing = _lock;
        if (_data is null) return Folder.ReadSummary()!;
        Folder.Write(RunData.Of(_data));
        (IVisionModel? teacher, TeacherSummary? achieved, double seconds) = PrepareTeacher(_data, cancellationToken);
        using (teacher)
        {
            using IVisionModel student = Create(_student, Recipe.Student);
            StartFrom(Recipe.Student, student, Folder, TrainingPhase.Student, cancellationToken);
            TrainingResult result = Train(
                student, Recipe.Student, teacher, Recipe.Distillation, Folder, TrainingPhase.Student, _data, cancellationToken);
            RunSummary summary = Summarize(Recipe, result, achieved, seconds);
            Folder.Write(summary);
            Report(student, Folder, _data, cancellationToken);
            return summary;
        }
    }

    /// <summary>Lets others write into the folder of a run that is not to be executed.</summary>
    public void Dispose() => _lock?.Dispose();

    /// <summary>The teacher, trained or loaded; null where the recipe distils nothing.</summary>
    private (IVisionModel? Model, TeacherSummary? Summary, double Seconds) PrepareTeacher(
        DataSplits data, CancellationToken cancellationToken)
    {
        if (_teacher is null || Recipe.Teacher is not { } recipe) return (null, null, 0);
        IVisionModel teacher = Create(_teacher, recipe);
        try
        {
            if (recipe.Weights is { } weights)
            {
                return (teacher, new(recipe.Model, LoadTeacher(teacher, weights, data, cancellationToken)), 0);
            }

            TrainingResult result = TrainTeacher(teacher, recipe, data, cancellationToken);
            return (teacher, new(recipe.Model, result.Last.Top1), result.Seconds);
        }
        catch
        {
            teacher.Dispose();
            throw;
        }
    }

    private TrainingResult TrainTeacher(IVisionModel teacher, ModelRecipe recipe, DataSplits data, CancellationToken cancellationToken)
    {
        // A run of its own: its recipe trains the same teacher again, alone.
        RunFolder folder = Folder.Teacher.Made();
        Recipe alone = Recipe with { Name = $"{Recipe.Name}-teacher", Teacher = null, Student = recipe, Distillation = new() };
        folder.Write(alone);
        folder.Write(RunData.Of(data));
        StartFrom(recipe, teacher, folder, TrainingPhase.Teacher, cancellationToken);
        TrainingResult result = Train(teacher, recipe, null, new(), folder, TrainingPhase.Teacher, data, cancellationToken);
        folder.Write(Summarize(alone, result, teacher: null, secondsBefore: 0));
        Report(teacher, folder, data, cancellationToken);
        return result;
    }

    private double LoadTeacher(IVisionModel teacher, string weights, DataSplits data, CancellationToken cancellationToken)
    {
        Weights.Load(teacher, Locate(weights, teacher.Description, cancellationToken));
        var learner = Learner.For(teacher, teacher: null, new());
        learner.MoveTo(_options.Device);
        var badImages = new BadImages(Recipe.Data.Loading.MaximumBadImages);
        return new Evaluator(data, Recipe.Student.Training.BatchSize, _options.Device, Recipe.Data.Loading, badImages).Evaluate(learner, cancellationToken).Top1;
    }

    /// <summary>Loads the weights that a training starts from; one that is resumed has its own.</summary>
    private void StartFrom(
        ModelRecipe recipe, IVisionModel model, RunFolder folder, TrainingPhase phase, CancellationToken cancellationToken)
    {
        if (recipe.Finetune is not { } weights || CheckpointFolder.Find(folder.LastCheckpoint) is not null) return;
        AdaptationReport adaptation = AdaptedWeights.Load(model, Locate(weights, model.Description, cancellationToken));
        _options.Observer?.WeightsLoaded(new(phase, recipe.Model, adaptation));
    }

    private string Locate(string weights, ModelDescription model, CancellationToken cancellationToken)
    {
        IProgress<DownloadProgress>? progress = _options.Observer is { } observer ? new WeightsProgress(observer, model.Name) : null;
        return WeightLocation.Find(weights, model, _options.Download with { Progress = progress }, cancellationToken);
    }

    private TrainingResult Train(
        IVisionModel model,
        ModelRecipe recipe,
        IVisionModel? teacher,
        DistillationOptions distillation,
        RunFolder folder,
        TrainingPhase phase,
        DataSplits data,
        CancellationToken cancellationToken)
    {
        var surroundings = new FitOptions
        {
            Folder = folder,
            Resume = _options.Resume,
            Checkpoints = Recipe.Checkpoints,
            TensorBoard = Path.Combine(Folder.TensorBoard, phase == TrainingPhase.Teacher ? "teacher" : "student"),
            Observer = _options.Observer,
            Phase = phase,
            Device = _options.Device,
            Loading = Recipe.Data.Loading,
            Time = _options.Time,
        };
        return new TrainingEngine(Learner.For(model, teacher, distillation), recipe.Training, surroundings).Fit(data, cancellationToken);
    }

    /// <summary>Writes the report of a training. One that fails is no reason to lose what was trained.</summary>
    private void Report(IVisionModel model, RunFolder folder, DataSplits data, CancellationToken cancellationToken)
    {
        if (RunReport.TryWrite(folder, model, data, cancellationToken) is not { } failure) return;
        _options.Observer?.ReportFailed($"The report '{folder.ReportFile}' is missing or incomplete: {failure}");
    }

    private static IVisionModel Create(RegisteredModelAttribute model, ModelRecipe recipe)
    {
        TrainingRandom.BeginModel(recipe.Training.Seed);
        return model.Create(recipe.Options);
    }

    /// <summary>The teacher of a recipe that distils.</summary>
    private static ModelRecipe TeacherOf(Recipe recipe, ModelDescription student)
    {
        if (!student.Distilled) throw Learner.CannotBeTaught(student);
        return recipe.Teacher
            ?? throw new DeitException($"Recipe '{recipe.Name}' distils, but names no teacher: add one, or take distillation type 'none'.");
    }

    /// <summary>Looks for the weights that will be wanted: those of a training that has a checkpoint are not.</summary>
    private static void RequireWeights(ModelRecipe recipe, RegisteredModelAttribute model, RunFolder? resumed)
    {
        bool hasBegun = resumed is not null && CheckpointFolder.Find(resumed.LastCheckpoint) is not null;
        if ((recipe.Weights ?? (hasBegun ? null : recipe.Finetune)) is { } weights) WeightLocation.Require(weights, model.Description);
    }

    /// <summary>The run to be resumed; null where the folder holds none yet, and it begins afresh.</summary>
    private static RunFolder? OpenSame(Recipe recipe, string? output)
    {
        RunFolder folder = RunFolder.At(output ?? throw new DeitException("Which run is to be resumed? Give its folder as the output."));
        if (!folder.IsBegun) return null;
        IReadOnlyList<string> differences = RecipeDifferences.Find(Recipe.Load(folder.RecipeFile), recipe);
        return differences.Count == 0
            ? folder
            : throw new DeitException(
                $"The run in '{folder.Path}' is of another recipe: {string.Join(", ", differences)}. "
                + $"Resume it with its own, '{folder.RecipeFile}'.");
    }

    private static RunSummary Summarize(Recipe recipe, TrainingResult result, TeacherSummary? teacher, double secondsBefore)
    {
        EpochMetrics last = result.Last;
        var student = new StudentSummary(recipe.Student.Model, last.Top1, last.ClassTop1, last.DistillationTop1, last.EmaTop1, result.Epochs.Sum(static epoch => epoch.SkippedSteps));
        return new(recipe.Name, secondsBefore + result.Seconds, result.ImagesPerSecond, teacher, student);
    }

    private sealed class WeightsProgress(ITrainingObserver observer, string model) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => observer.WeightsDownloaded(model, value);
    }
}
