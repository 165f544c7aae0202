using System.Globalization;
using Deit.Cli.Commands;
using Deit.Data;
using Deit.Pretrained;
using Deit.Training;

namespace Deit.Cli.Display;

/// <summary>Shows how a training goes on: a line an epoch, which stays, and on a terminal what happens in between.</summary>
/// <param name="terminal">Where to.</param>
internal abstract class TrainingDisplay(Terminal terminal) : ITrainingObserver
{
    private DownloadDisplay? _download;

    /// <summary>The display that suits a terminal: a moving line for a person, plain lines for a file.</summary>
    public static TrainingDisplay For(Terminal terminal) => terminal.IsInteractive ? new LiveDisplay(terminal) : new LineDisplay(terminal);

    /// <inheritdoc/>
    public void ImageUnreadable(BadImage image)
    {
        Finish();
        terminal.WriteLine($"replaced by the next image: {image.Reason}");
    }

    /// <inheritdoc/>
    public void ReportFailed(string reason)
    {
        Finish();
        terminal.WriteLine($"warning: {reason}");
    }

    /// <inheritdoc/>
    public void StepGivenUp(StepGivenUp step)
    {
        Finish();
        string then = step.Policy == NonFinitePolicy.Rollback ? "back to the beginning of the epoch, on with the next batch" : "skipped";
        terminal.WriteLine($"warning: {step.Failure.Event}: {then}. {step.Failure.Finding} The batch: {step.Failure.FilesInShort}.");
    }

    /// <inheritdoc/>
    public void WeightsDownloaded(string model, DownloadProgress progress)
    {
        _download ??= new(terminal, model);
        _download.Report(progress);
    }

    /// <inheritdoc/>
    public void WeightsLoaded(WeightsLoaded weights)
    {
        Finish();
        terminal.WriteLine();
        terminal.WriteLine($"{Name(weights.Phase)}: starts from {weights.Adaptation.Path}");
        foreach (string change in weights.Adaptation.Changes) terminal.WriteLine($"  {change}");
    }

    /// <inheritdoc/>
    public void PhaseStarted(PhaseStarted phase)
    {
        Finish();
        string already = phase.EpochsDone > 0 ? $", {phase.EpochsDone} done before" : "";
        terminal.WriteLine();
        terminal.WriteLine($"{Name(phase.Phase)}: {phase.Model}, {phase.Epochs} epochs of {phase.StepsPerEpoch} steps{already}");
    }

    /// <inheritdoc/>
    public virtual void StepDone(StepDone step)
    {
    }

    /// <inheritdoc/>
    public void EpochDone(EpochDone epoch)
    {
        Finish();
        terminal.WriteLine(Line(epoch));
    }

    /// <inheritdoc/>
    public void AnsweringStarted(AnsweringStarted answering)
    {
        Finish();
        string already = answering.EpochsDone > 0 ? $", {answering.EpochsDone} stored before" : "";
        terminal.WriteLine();
        terminal.WriteLine($"answers of {answering.Model}: {answering.Epochs} epochs of {answering.BatchesPerEpoch} batches{already}");
    }

    /// <inheritdoc/>
    public virtual void BatchAnswered(BatchAnswered batch)
    {
    }

    /// <inheritdoc/>
    public void EpochAnswered(EpochAnswered epoch)
    {
        Finish();
        string number = epoch.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(epoch.Epochs.ToString(CultureInfo.InvariantCulture).Length);
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"answers  epoch {number}/{epoch.Epochs}  {epoch.ImagesPerSecond:0} images/s  {epoch.Seconds:0.0} s"));
    }

    /// <summary>Leaves the terminal as a plain line is to be written next.</summary>
    public virtual void Finish()
    {
        _download?.Finish();
        _download = null;
    }

    /// <summary>What is being trained.</summary>
    protected static string Name(TrainingPhase phase) => phase == TrainingPhase.Teacher ? "teacher" : "student";

    private static string Line(EpochDone epoch)
    {
        EpochMetrics metrics = epoch.Metrics;
        EpochMetrics? evaluated = metrics.IfEvaluated();
        string validation = evaluated is null ? "–" : Numbers.Fixed(evaluated.ValidationLoss, 4);
        string heads = evaluated?.ClassTop1 is null ? "" : $" (class {Numbers.Percent(evaluated.ClassTop1)}, distillation {Numbers.Percent(evaluated.DistillationTop1)})";
        string average = evaluated?.EmaTop1 is null ? "" : $"  ema {Numbers.Percent(evaluated.EmaTop1)}";
        string waited = metrics.DataSeconds is >= 0.05 ? FormattableString.Invariant($"  ({metrics.DataSeconds:0.0} waiting for data)") : "";
        string skipped = metrics.SkippedSteps == 0 ? "" : FormattableString.Invariant($"  {metrics.SkippedSteps} steps lost");
        string epochNumber = metrics.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(epoch.Epochs.ToString(CultureInfo.InvariantCulture).Length);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Name(epoch.Phase)}  epoch {epochNumber}/{epoch.Epochs}  loss {metrics.TrainLoss:0.0000}  validation {validation}  top-1 {Numbers.Percent(evaluated?.Top1)}{heads}{average}  {metrics.ImagesPerSecond:0} images/s  {metrics.Seconds:0.0} s{waited}{skipped}");
    }
}

/// <summary>Plain lines for files and pipes: nothing between the epochs.</summary>
internal sealed class LineDisplay(Terminal terminal) : TrainingDisplay(terminal);
