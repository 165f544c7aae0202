using System.Globalization;
using Deit.Cli.Commands;
using Deit.Inference;

namespace Deit.Cli.Display;

/// <summary>Shows how a validation goes on: a moving line for a person, a plain one at every tenth for a file, nothing for a program.</summary>
/// <param name="terminal">Where to.</param>
/// <param name="model">The model's name.</param>
/// <param name="images">The images in all.</param>
/// <param name="isSilent">Whether nothing may be written but the answer.</param>
internal sealed class ValidationDisplay(Terminal terminal, string model, long images, bool isSilent) : IProgress<ValidationResult>
{
    private readonly LiveLine _line = new(terminal);
    private long _tenths;

    /// <inheritdoc/>
    public void Report(ValidationResult value)
    {
        if (isSilent) return;
        string state = string.Create(
            CultureInfo.InvariantCulture,
            $"{value.Images}/{images}  top-1 {Numbers.Percent(value.Score.Top1)}  top-5 {Numbers.Percent(value.Score.Top5)}  {value.ImagesPerSecond:0.0} images/s");
        if (terminal.IsInteractive)
        {
            if (_line.IsTime(value.Images == images)) _line.Show($"{model} {LiveLine.Bar((double)value.Images / images)} {state}");
            return;
        }

        long tenths = 10 * value.Images / images;
        if (tenths == _tenths) return;
        _tenths = tenths;
        terminal.WriteLine($"{model}: {state}");
    }

    /// <summary>Leaves the terminal as a plain line is to be written next.</summary>
    public void Finish() => _line.Erase();
}
