using System.Diagnostics;
using System.Globalization;
using Deit.Cli.Commands;
using Deit.Training;

namespace Deit.Cli.Display;

/// <summary>A line at the foot of the terminal that is written over as the training goes on.</summary>
internal sealed class LiveDisplay(Terminal terminal) : TrainingDisplay(terminal)
{
    private const int BarWidth = 24;
    private const string EraseLine = "\r\u001b[K";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Terminal _terminal = terminal;
    private long _shown;
    private bool _lineIsOpen;

    /// <inheritdoc/>
    public override void ImagesDecoded(int done, int total)
    {
        if (IsTime(done == total)) Show($"decoding images {Bar((double)done / total)} {done}/{total}");
    }

    /// <inheritdoc/>
    public override void StepDone(StepDone step)
    {
        if (!IsTime(step.Step == step.Steps)) return;
        double done = (step.Epoch - 1 + ((double)step.Step / step.Steps)) / step.Epochs;
        Show(string.Create(
            CultureInfo.InvariantCulture,
            $"{Name(step.Phase)} {Bar(done)} epoch {step.Epoch}/{step.Epochs}  step {step.Step}/{step.Steps}  loss {step.Loss:0.000}  accuracy {Numbers.Percent(step.Accuracy)}  {step.ImagesPerSecond:0} images/s  {Time(step.Remaining)} left"));
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        if (_lineIsOpen) _terminal.Output.Write(EraseLine);
        _lineIsOpen = false;
    }

    private static string Bar(double done)
    {
        int full = (int)(Math.Clamp(done, 0, 1) * BarWidth);
        return new string('█', full) + new string('░', BarWidth - full);
    }

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
        : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);

    private bool IsTime(bool isLast)
    {
        if (!isLast && _lineIsOpen && Stopwatch.GetElapsedTime(_shown) < Interval) return false;
        _shown = Stopwatch.GetTimestamp();
        return true;
    }

    private void Show(string line)
    {
        int width = Math.Max(20, _terminal.Console.Profile.Width - 1);
        _terminal.Output.Write(EraseLine + (line.Length > width ? line[..width] : line));
        _terminal.Output.Flush();
        _lineIsOpen = true;
    }
}
