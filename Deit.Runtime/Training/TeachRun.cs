using Deit.Data;
using Deit.Distillation;
using Deit.Distillation.Cache;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// Asks the teacher of a recipe, trained or loaded, for its answers to every view that the training of the student will show, and keeps
/// them in a folder: with that as <c>distillation.cache</c>, any number of students are trained to the very weights that they would have
/// reached with the teacher at their side.
/// </summary>
/// <remarks>
/// The answers are those of the same views in the same batches by the same code, so that they are the same to the bit, on the same machine and
/// number of threads. An epoch is stored whole or not at all; another run of the same recipe goes on with the epochs that are missing.
/// </remarks>
public sealed class TeachRun : IDisposable
{
    private readonly Recipe _recipe;
    private readonly RegisteredModelAttribute _teacher;
    private readonly RunOptions _options;
    private readonly DataSplits _data;
    private readonly RunFolder _ofTeacher;
    private readonly RunLock[] _locks;
    private readonly TeacherCache? _begun;

    private TeachRun(
        Recipe recipe, RegisteredModelAttribute teacher, RunOptions options, DataSplits data, string folder, RunFolder ofTeacher, RunLock[] locks)
    {
        _recipe = recipe;
        _teacher = teacher;
        _options = options;
        _data = data;
        Folder = folder;
        _ofTeacher = ofTeacher;
        _locks = locks;
        _begun = TeacherCache.IsIn(folder) ? TeacherCache.Open(folder, KeyNow(), Layout) : null;
    }

    /// <summary>The folder of the answers.</summary>
    public string Folder { get; }

    private TrainingOptions Training => _recipe.Student.Training;

    /// <summary>What is known of the teacher and the views now: weights may have come here meanwhile.</summary>
    private TeacherCacheKey KeyNow() => TeacherCacheKey.Of(_recipe, _data, _teacher.Description);

    private AnswerLayout Layout => new(_recipe.Distillation, _teacher.Description.Classes, Training.BatchSize);

    /// <summary>Opens the data, finds the models, and makes or opens the folder.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="registry">The models that it may name.</param>
    /// <param name="options">
    /// Folder of the answers (<see cref="RunOptions.Output"/>; null is the recipe's own), data, observer, device. What was begun is always
    /// gone on with.
    /// </param>
    /// <param name="run">
    /// The run in whose folder a teacher is trained that the recipe trains, or was trained before; null is a folder beside the answers.
    /// </param>
    /// <exception cref="DeitException">
    /// The recipe has no teacher, a model is unknown or does not suit the data, the data cannot be opened, the folder holds something else, or
    /// another process writes into it.
    /// </exception>
    public static TeachRun Start(Recipe recipe, ModelRegistry registry, RunOptions options, string? run = null)
    {
        recipe = recipe with { Data = recipe.Data with { Path = options.Data ?? recipe.Data.Path } };
        if (recipe.Distillation.Type == DistillationType.None)
        {
            throw new DeitException($"Recipe '{recipe.Name}' distils nothing, so its teacher is not asked: set distillation.type to soft or hard.");
        }

        string folder = options.Output ?? recipe.TeacherCache
            ?? throw new DeitException("Where are the teacher's answers to be kept? Name a folder, or state distillation.cache in the recipe.");
        RegisteredModelAttribute student = registry.Find(recipe.Student.Model);
        RegisteredModelAttribute teacher = registry.Find(RecipeRun.TeacherOf(recipe, student.Description).Model);
        DistilledLearner.RequireFit(teacher.Description, student.Description);
        RunFolder ofTeacher = RunFolder.At(run ?? folder);
        RecipeRun.RequireWeights(recipe.Teacher!, teacher, ofTeacher.Teacher);
        if (!TeacherCache.IsIn(folder) && !RunFolder.At(folder).Teacher.IsBegun) RunFolder.RequireUnused(folder);
        DataSplits data = recipe.OpenData();
        DataFit.Require(student.Description, data);

        RunLock[] locks = Lock(folder, run, recipe.Teacher!);
        try
        {
            return new(recipe, teacher, options with { Resume = true }, data, folder, ofTeacher, locks);
        }
        catch
        {
            Unlock(locks);
            throw;
        }
    }

    /// <summary>Stores the answers to all epochs that have none yet.</summary>
    /// <param name="cancellationToken">Stops between two batches, or two steps of the teacher's training; another run goes on.</param>
    /// <exception cref="DeitException">
    /// The teacher's training failed, its weights are not those of the answers that are there already, an image cannot be read, or the disk
    /// refuses.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the epochs that are stored stay.</exception>
    public TeachSummary Execute(CancellationToken cancellationToken = default)
    {
        try
        {
            long begin = _options.Time.GetTimestamp();
            int batches = new TrainingViews(Training, _teacher.Description.Classes).BatchesPerEpoch(_data);
            (TeacherCache? cache, int written) = (_begun, 0);
            if (cache?.Missing(Training.TotalEpochs, batches).Count != 0) (cache, written) = Answer(cancellationToken);
            return new(Folder, cache!.Content.Teacher, Training.TotalEpochs, written, _options.Time.GetElapsedTime(begin).TotalSeconds);
        }
        finally
        {
            Unlock(_locks);
        }
    }

    /// <summary>Lets others write into the folders of a run that is not to be executed.</summary>
    public void Dispose() => Unlock(_locks);

    private static RunLock[] Lock(string folder, string? run, ModelRecipe teacher)
    {
        var own = RunLock.Take(RunFolder.At(folder).Made().Path);
        if (run is null || teacher.Weights is not null || Path.GetFullPath(run) == Path.GetFullPath(folder)) return [own];
        try
        {
            return [own, RunLock.Take(RunFolder.At(run).Made().Path)];
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    private static void Unlock(RunLock[] locks)
    {
        foreach (RunLock one in locks) one.Dispose();
    }

    private (TeacherCache Cache, int Written) Answer(CancellationToken cancellationToken)
    {
        using PreparedTeacher prepared = new TeacherPreparation(_recipe, _teacher, _options, _ofTeacher).Prepare(_data, cancellationToken);
        var teacher = (ModelTeacher)prepared.Teacher;

        // Anew: of answers that were begun, the teacher's weights are compared now that they are here.
        TeacherCacheKey key = KeyNow().WithState(teacher.WeightsSum());
        TeacherCache cache = _begun is null ? TeacherCache.Begin(Folder, prepared.Summary, key, Layout) : TeacherCache.Open(Folder, key, Layout);
        TeacherCache.DeleteLeftovers(Folder);
        using IDisposable arithmetic = TensorFloat32.Begin(Training.TensorFloat32);
        teacher.MoveTo(_options.Device);
        teacher.Begin(_data);

        var badImages = new BadImages(_recipe.Data.Loading.MaximumBadImages);
        var views = new TrainingViews(Training, _teacher.Description.Classes);
        DataLoader loader = views.Loader(_data, _recipe.Data.Loading, badImages, _options.Device);
        IReadOnlyList<int> missing = cache.Missing(Training.TotalEpochs, loader.BatchesPerEpoch);
        int done = Training.TotalEpochs - missing.Count;
        _options.Observer?.AnsweringStarted(new(_teacher.Description.Name, Training.TotalEpochs, done, loader.BatchesPerEpoch));
        var meter = new AnswerMeter(_options.Time, Training, missing.Count, loader.BatchesPerEpoch);
        foreach (int epoch in missing)
        {
            cache.Write(epoch, loader.BatchesPerEpoch, writer => AnswerEpoch(epoch, teacher, views, loader, writer, meter, cancellationToken));
            foreach (BadImage image in badImages.TakeNew()) _options.Observer?.ImageUnreadable(image);
            _options.Observer?.EpochAnswered(meter.EpochDone(epoch));
        }

        return (cache, missing.Count);
    }

    private void AnswerEpoch(
        int epoch, ModelTeacher teacher, TrainingViews views, DataLoader loader, EpochWriter writer, AnswerMeter meter, CancellationToken cancellationToken)
    {
        int number = 0;
        foreach (Batch batch in loader.Epoch(epoch - 1))
        {
            using (batch)
            using (DisposeScope scope = NewDisposeScope())
            {
                cancellationToken.ThrowIfCancellationRequested();
                (Tensor images, _) = views.Mix(batch, epoch - 1, number);
                writer.Add(ViewMark.Of(images, batch.Indices), teacher.Logits(images));
                number++;
                _options.Observer?.BatchAnswered(meter.BatchDone(epoch, number));
            }
        }
    }
}
