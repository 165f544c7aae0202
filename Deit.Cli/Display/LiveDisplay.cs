using System.Globalization;
using Deit.Cli.Commands;
using Deit.Training;

namespace Deit.Cli.Display;

/// <summary>Shows what happens between the epochs in a line at the foot of the terminal.</summary>
internal sealed class LiveDisplay(Terminal terminal) : TrainingDisplay(terminal)
{
    private readonly LiveLine _line = new(terminal);

    /// <inheritdoc/>
    public override void StepDone(StepDone step)
    {
        if (!_line.IsTime(step.Step == step.Steps)) return;
        double done = (step.Epoch - 1 + ((double)step.Step / step.Steps)) / step.Epochs;
        _line.Show(string.Create(
            CultureInfo.InvariantCulture,
            $"{Name(step.Phase)} {LiveLine.Bar(done)} epoch {step.Epoch}/{step.Epochs}  step {step.Step}/{step.Steps}  loss {step.Loss:0.000}  accuracy {Numbers.Percent(step.Accuracy)}  {step.ImagesPerSecond:0} images/s  {Numbers.Time(step.Remaining)} left"));
    }

    /// <inheritdoc/>
    public override void BatchAnswered(BatchAnswered batch)
    {
        if (!_line.IsTime(batch.Batch == batch.Batches)) return;
        double done = (batch.Epoch - 1 + ((double)batch.Batch / batch.Batches)) / batch.Epochs;
        _line.Show(string.Create(
            CultureInfo.InvariantCulture,
            $"answers {LiveLine.Bar(done)} epoch {batch.Epoch}/{batch.Epochs}  batch {batch.Batch}/{batch.Batches}  {batch.ImagesPerSecond:0} images/s  {Numbers.Time(batch.Remaining)} left"));
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        base.Finish();
        _line.Erase();
    }
}
