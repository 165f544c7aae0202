using Deit.Checkpoints;
using Deit.Data;
using Deit.Reporting.Pages;
using Deit.Training;
using TorchSharp;

namespace Deit.Reporting;

/// <summary>
/// The report of a run, <c>report.html</c>: a page that loads nothing, with the run's curves, what its last weights make of the validation
/// images, the model, and the recipe.
/// </summary>
public static class RunReport
{
    /// <summary>Writes the report of a run, finished or not. Nothing else in the run's folder is touched, so that it may go on meanwhile.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="models">The models that its recipe may name.</param>
    /// <param name="options">Where images, file and device are.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The file, and what kept predictions out of it.</returns>
    /// <exception cref="DeitException">There is no run in the folder, it is damaged, or the disk refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static WrittenReport Write(string run, ModelRegistry models, ReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        RunContent content = RunContent.Read(run);
        (RegisteredModelAttribute? model, string? unknown) = Attempt(() => models.Find(content.Recipe.Student.Model));
        (ModelAnswers? answers, string? missing) = model is null ? (null, unknown) : Attempt(() => Ask(content, model, options, cancellationToken));
        string path = options.Output ?? content.Folder.ReportFile;
        ReportPage.Draw(content, model?.Description, answers, missing).Write(path);
        return new(path, missing);
    }

    /// <summary>Writes the report of a training that has just ended.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="model">The model, with its last weights.</param>
    /// <param name="data">The data.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>What failed; null where nothing did. A report is not worth a run.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static string? TryWrite(RunFolder folder, IVisionModel model, DataSplits data, CancellationToken cancellationToken) =>
        TryWrite(folder, model.Description, run => ModelAnswers.Gather(model, data, run.Recipe.Student.Training, run.Recipe.Data.Loading, cancellationToken));

    /// <summary>Writes the report of a training that ended before.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="model">The model, whose last weights are in the folder.</param>
    /// <param name="options">Where images and device are.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>What failed; null where nothing did.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static string? TryWrite(RunFolder folder, RegisteredModelAttribute model, ReportOptions options, CancellationToken cancellationToken) =>
        TryWrite(folder, model.Description, run => Ask(run, model, options, cancellationToken));

    private static string? TryWrite(RunFolder folder, ModelDescription model, Func<RunContent, ModelAnswers> ask)
    {
        (RunContent? content, string? damage) = Attempt(() => RunContent.Read(folder));
        if (content is null) return damage;
        (ModelAnswers? answers, string? missing) = Attempt(() => ask(content));
        (_, string? failure) = Attempt(() =>
        {
            ReportPage.Draw(content, model, answers, missing).Write(folder.ReportFile);
            return folder;
        });
        return failure ?? missing;
    }

    /// <summary>Lets the run's last weights answer.</summary>
    private static ModelAnswers Ask(RunContent run, RegisteredModelAttribute registered, ReportOptions options, CancellationToken cancellationToken)
    {
        // The file alone: looking for the checkpoint as a resuming run does would mend a replacement that a running one is at.
        string weights = Path.Combine(run.Folder.LastCheckpoint, CheckpointFolder.ModelFile);
        if (!File.Exists(weights)) throw new DeitException("the run has no checkpoint yet.");
        DataSplits data = run.Recipe.OpenData(options.Data, run.Folder.ReadData()?.Classes);
        using IVisionModel model = registered.Create(run.Recipe.Student.Options);
        Weights.Load(model, weights);
        model.Module.to(options.Device);
        return ModelAnswers.Gather(model, data, run.Recipe.Student.Training, run.Recipe.Data.Loading, cancellationToken);
    }

    private static (T? Value, string? Failure) Attempt<T>(Func<T> work)
        where T : class
    {
        try
        {
            return (work(), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (null, exception.Message.ReplaceLineEndings(" "));
        }
    }
}
