using System.Collections.Immutable;
using Deit.Data;
using Deit.Distillation;
using Deit.Reporting.Pages;
using Deit.Training;

namespace Deit.Studies;

/// <summary>
/// The run of a study: trains every run that is not finished, each in its own folder as <see cref="RecipeRun"/> does, then measures the
/// models. What can be wrong is found when it is started, before anything is trained.
/// </summary>
/// <remarks>It alone may write into the study's folder, from its start until it was disposed.</remarks>
public sealed class StudyRun : IDisposable
{
    private readonly Study _study;
    private readonly ModelRegistry _models;
    private readonly StudyOptions _options;
    private readonly ImmutableArray<StudyRunKey> _runs;
    private readonly RunLock _lock;

    private StudyRun(Study study, ModelRegistry models, StudyOptions options, ImmutableArray<StudyRunKey> runs, StudyFolder folder, RunLock folderLock)
    {
        _study = study;
        _models = models;
        _options = options;
        _runs = runs;
        Folder = folder;
        _lock = folderLock;
    }

    /// <summary>The study's folder.</summary>
    public StudyFolder Folder { get; }

    /// <summary>Finds arms and models, opens the data, and makes or opens the folder.</summary>
    /// <param name="study">The study.</param>
    /// <param name="models">The models that its arms may name.</param>
    /// <param name="options">Folder, data, observers, device.</param>
    /// <exception cref="DeitException">
    /// An arm or a model is unknown, a model does not suit the data or cannot be taught, weights to start from are missing, the
    /// folder holds something else or runs of other recipes, or another process writes into it.
    /// </exception>
    public static StudyRun Start(Study study, ModelRegistry models, StudyOptions options)
    {
        ImmutableArray<StudyRunKey> runs = study.Runs([.. options.Only]);
        foreach (StudyArm arm in study.Arms) RequirePupil(arm, models);
        var existing = options.Output is { } output ? new StudyFolder(output) : null;
        bool resumes = existing is not null && File.Exists(existing.ResultsFile);
        if (resumes) RequireSame(study, existing!, models);
        else RunFolder.RequireUnused(options.Output);

        StudyRunKey[] unfinished = [.. runs.Where(run => existing?.Run(run).ReadSummary() is null)];
        RequireData(unfinished.Select(static run => run.Arm).Distinct(), models, options);

        // A run that was begun had its weights then; whether it wants them still is its own to say.
        foreach (StudyRunKey run in unfinished.Where(run => existing?.Run(run).IsBegun != true)) RequireWeights(run.Arm, models);
        StudyFolder folder = resumes ? existing! : new(RunFolder.Create(options.Output, study.Name, options.Time).Path);
        var folderLock = RunLock.Take(folder.Path);
        try
        {
            var run = new StudyRun(study, models, options, runs, folder, folderLock);
            run.Write();
            return run;
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Trains what is not finished, and measures the models. A study that was finished before answers at once.</summary>
    /// <remarks>A run that fails, a loss that stops being a number for one, is noted and tried again another time; the others go on.</remarks>
    /// <param name="cancellationToken">Stops between two steps; the study goes on from there when it is run again.</param>
    /// <exception cref="DeitException">The data are gone, or the disk refuses the study's own files.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public StudyResults Execute(CancellationToken cancellationToken = default)
    {
        foreach ((int index, StudyRunKey run) in _runs.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();

            // What is finished, by its own recipe: that of a study which was moved names teachers where they are now.
            if (Folder.Run(run).ReadSummary() is null) Execute(run, index + 1, cancellationToken);
            else Continue(run, Recipe.Load(Folder.Run(run).RecipeFile), cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Measure();
        return Write();
    }

    /// <summary>Lets others write into the folder.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Trains a run, or notes what keeps it from being trained.</summary>
    private void Execute(StudyRunKey run, int number, CancellationToken cancellationToken)
    {
        if (MissingTeacher(run) is { } teacher)
        {
            Fail(run, $"It was not begun: its teacher, '{teacher}', is not trained.");
            return;
        }

        _options.Progress?.RunStarted(run, number, _runs.Length, TimeSpan.FromSeconds(Gather().Seconds));
        Folder.Note(run, null);
        string? failure;
        try
        {
            failure = Train(run, cancellationToken);
        }
        catch
        {
            WriteIfPossible();
            throw;
        }

        if (failure is null) Write();
        else Fail(run, failure);
    }

    /// <summary>Trains a run.</summary>
    /// <returns>Why it failed; null where it is finished.</returns>
    private string? Train(StudyRunKey run, CancellationToken cancellationToken)
    {
        try
        {
            Continue(run, Folder.Recipe(_study, run), cancellationToken);
            return null;
        }
        catch (DeitException exception)
        {
            // Where the images are gone it is not the run that failed: all others would, too.
            RequireData([run.Arm], _models, _options);
            return exception.Message;
        }
    }

    /// <summary>Begins a run, goes on with it, or, where it is finished, draws the report that it was killed before it had.</summary>
    private void Continue(StudyRunKey run, Recipe recipe, CancellationToken cancellationToken)
    {
        using RecipeRun training = RecipeRun.Start(recipe, _models, new()
        {
            Data = _options.Data,
            Output = Folder.Run(run).Path,
            Resume = true,
            Observer = _options.Observer,
            Device = _options.Device,
            Time = _options.Time,
        });
        training.Execute(cancellationToken);
    }

    /// <summary>The arm whose weights are to teach a run and are not there: teachers come first, so that it failed. Null where nothing is missing.</summary>
    private string? MissingTeacher(StudyRunKey run)
    {
        if (run.Arm.Teacher is not { } name) return null;
        StudyArm teacher = _study.Find(name);
        return Folder.Run(new(teacher, teacher.Seeds[0])).ReadSummary() is null ? name : null;
    }

    private void Fail(StudyRunKey run, string reason)
    {
        _options.Progress?.RunFailed(run, reason);
        Folder.Note(run, reason);
        Write();
    }

    /// <summary>Measures all models that were trained to the end, where one of them was not measured before.</summary>
    private void Measure()
    {
        ImmutableArray<RegisteredModelAttribute> trained =
            [.. Gather().Arms.Where(static arm => arm.Top1 is not null).Select(static arm => arm.Model).Distinct().Select(_models.Find)];
        StudyThroughput? before = Folder.ReadThroughput();
        if (trained.All(model => before?.Find(model.Description.Name) is not null)) return;
        _options.Progress?.MeasurementStarted(trained.Length);
        Folder.Write(StudyThroughput.Measure(trained, _options.Rounds));
    }

    private StudyResults Gather() => StudyResults.Gather(_study, Folder, _models);

    private StudyResults Write()
    {
        StudyResults results = Gather();
        Folder.Write(results);
        StudyPage.Draw(results, Folder).Write(Folder.ReportFile);
        return results;
    }

    /// <summary>Writes how far a study is that something ended: that is what is to be said, not that the disk refuses this as well.</summary>
    private void WriteIfPossible()
    {
        try
        {
            Write();
        }
        catch (Exception exception) when (exception is DeitException or IOException or UnauthorizedAccessException)
        {
            // Its next run writes it anew.
        }
    }

    private static void RequirePupil(StudyArm arm, ModelRegistry models)
    {
        ModelDescription student = models.Find(arm.Recipe.Student.Model).Description;
        if (arm.Recipe.Distillation.Type != DistillationType.None) RecipeRun.TeacherOf(arm.Recipe, student);
    }

    private static void RequireWeights(StudyArm arm, ModelRegistry models) =>
        RecipeRun.RequireWeights(arm.Recipe.Student, models.Find(arm.Recipe.Student.Model), resumed: null);

    /// <summary>Refuses a folder whose runs were begun with other recipes or models: their numbers would be compared with those of these.</summary>
    private static void RequireSame(Study study, StudyFolder folder, ModelRegistry models)
    {
        foreach (StudyRunKey run in study.Runs().Where(run => folder.Run(run).IsBegun))
        {
            Recipe there = Recipe.Load(folder.Run(run).RecipeFile);
            Recipe now = folder.Recipe(study, run);

            // A study that was moved to another folder is the same study, if all is trained that needs the teacher.
            if (folder.Run(run).ReadSummary() is not null && now.Teacher is { } teacher) now = now with { Teacher = teacher with { Weights = there.Teacher?.Weights } };
            IReadOnlyList<string> differences = RecipeDifferences.Find(there, now);
            if (differences.Count > 0)
            {
                throw new DeitException(
                    $"The run in '{folder.Run(run).Path}' is of another recipe: {string.Join(", ", differences)}. Delete the folder, or give the study another one.");
            }

            DeclaredModel.RequireSame(folder.Run(run), models.Find(now.Student.Model));
        }
    }

    /// <summary>Opens the data of arms, all of whose models must suit them.</summary>
    private static void RequireData(IEnumerable<StudyArm> arms, ModelRegistry models, StudyOptions options)
    {
        foreach (IGrouping<DataOptions, StudyArm> group in arms.GroupBy(static arm => arm.Recipe.Data))
        {
            DataSplits data = group.First().Recipe.OpenData(options.Data);
            foreach (StudyArm arm in group) DataFit.Require(models.Find(arm.Recipe.Student.Model).Description, data);
        }
    }
}
