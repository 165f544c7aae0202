using Deit.Checkpoints;
using Deit.Data;
using Deit.Distillation;
using Deit.Finetuning;
using Deit.Pretrained;
using Deit.Reporting;

namespace Deit.Training;

/// <summary>Trains the models of a recipe, each in its folder.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="options">Observer, device, clock.</param>
/// <param name="folder">The run's folder.</param>
internal sealed class RecipeTraining(Recipe recipe, RunOptions options, RunFolder folder)
{
    /// <summary>Makes a model, its first weights drawn from the recipe's seed.</summary>
    public static IVisionModel Create(RegisteredModelAttribute model, ModelRecipe recipe)
    {
        TrainingRandom.BeginModel(recipe.Training.Seed);
        return model.Create(recipe.Options);
    }

    /// <summary>Loads the weights that a training starts from; one that is resumed has its own.</summary>
    /// <param name="part">The model's part of the recipe.</param>
    /// <param name="model">The model.</param>
    /// <param name="own">Its folder.</param>
    /// <param name="phase">Whether it is the teacher or the student.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    public void StartFrom(ModelRecipe part, IVisionModel model, RunFolder own, TrainingPhase phase, CancellationToken cancellationToken)
    {
        if (part.Finetune is not { } weights || CheckpointFolder.Find(own.LastCheckpoint) is not null) return;
        string path = WeightLocation.Find(weights, model.Description, Download(model.Description), cancellationToken);
        AdaptationReport adaptation = AdaptedWeights.Load(model, path);
        options.Observer?.WeightsLoaded(new(phase, part.Model, adaptation));
    }

    /// <summary>How published weights of a model are downloaded, its observer told.</summary>
    public DownloadOptions Download(ModelDescription model) =>
        options.Download with { Progress = options.Observer is { } observer ? new WeightsProgress(observer, model.Name) : null };

    /// <summary>Trains a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="part">Its part of the recipe.</param>
    /// <param name="teacher">Who teaches it; null where nobody does.</param>
    /// <param name="own">Its folder.</param>
    /// <param name="phase">Whether it is the teacher or the student.</param>
    /// <param name="data">The images.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public TrainingResult Train(
        IVisionModel model, ModelRecipe part, Teacher? teacher, RunFolder own, TrainingPhase phase, DataSplits data, CancellationToken cancellationToken)
    {
        var surroundings = new FitOptions
        {
            Folder = own,
            Resume = options.Resume,
            Checkpoints = recipe.Checkpoints,
            TensorBoard = Path.Combine(folder.TensorBoard, phase == TrainingPhase.Teacher ? RunFolder.TeacherName : "student"),
            Observer = options.Observer,
            Phase = phase,
            Device = options.Device,
            Loading = recipe.Data.Loading,
            Time = options.Time,
        };
        var learner = Learner.For(model, teacher, phase == TrainingPhase.Teacher ? new() : recipe.Distillation);
        return new TrainingEngine(learner, part.Training, surroundings).Fit(data, cancellationToken);
    }

    /// <summary>Writes the report of a training. One that fails is no reason to lose what was trained.</summary>
    public void Report(IVisionModel model, RunFolder own, DataSplits data, CancellationToken cancellationToken) =>
        TellOfReport(own, RunReport.TryWrite(own, model, data, cancellationToken));

    /// <summary>Writes the report of the run, which is finished, where there is none: it was killed before it had one.</summary>
    /// <param name="student">The model that was trained.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void ReportIfMissing(RegisteredModelAttribute student, CancellationToken cancellationToken)
    {
        if (File.Exists(folder.ReportFile)) return;
        TellOfReport(folder, RunReport.TryWrite(folder, student, new() { Data = recipe.Data.Path, Device = options.Device }, cancellationToken));
    }

    private void TellOfReport(RunFolder own, string? failure)
    {
        if (failure is not null) options.Observer?.ReportFailed($"The report '{own.ReportFile}' is missing or incomplete: {failure}");
    }

    private sealed class WeightsProgress(ITrainingObserver observer, string model) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => observer.WeightsDownloaded(model, value);
    }
}
