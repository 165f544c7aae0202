using System.Diagnostics;
using System.Globalization;
using Deit.Cli.Commands;
using Deit.Pretrained;

namespace Deit.Cli.Display;

/// <summary>Shows how a download goes on: a moving line for a person, a plain one at every tenth for a file, nothing for a program.</summary>
/// <param name="terminal">Where to.</param>
/// <param name="name">What is downloaded.</param>
/// <param name="isSilent">Whether nothing may be written but the answer.</param>
internal sealed class DownloadDisplay(Terminal terminal, string name, bool isSilent = false) : IProgress<DownloadProgress>
{
    private readonly LiveLine _line = new(terminal);
    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _tenths = -1;

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        if (isSilent) return;
        if (value.Trouble is { } trouble) WriteTrouble(trouble);
        else if (terminal.IsInteractive) Show(value);
        else WriteTenth(value);
    }

    /// <summary>Leaves the terminal as a plain line is to be written next.</summary>
    public void Finish() => _line.Erase();

    private void WriteTrouble(string trouble)
    {
        _line.Erase();
        terminal.WriteLine($"{name}: {trouble}");
    }

    private void Show(DownloadProgress value)
    {
        if (!_line.IsTime(value.Done == value.Total)) return;
        double seconds = Math.Max(Stopwatch.GetElapsedTime(_begin).TotalSeconds, 1e-3);
        double pace = (value.Done - value.Resumed) / seconds;
        string rest = value.Total is { } total && pace > 0 ? $"  {Numbers.Time(TimeSpan.FromSeconds((total - value.Done) / pace))} left" : "";
        string bar = value.Total is { } all ? $" {LiveLine.Bar((double)value.Done / all)}" : "";
        _line.Show(string.Create(CultureInfo.InvariantCulture, $"{name}{bar} {Amount(value)}  {pace / 1e6:0.0} MB/s{rest}"));
    }

    private void WriteTenth(DownloadProgress value)
    {
        long tenths = value.Total is > 0 and long total ? 10 * value.Done / total : 0;
        if (tenths == _tenths) return;
        _tenths = tenths;
        terminal.WriteLine($"{name}: {Amount(value)}");
    }

    private static string Amount(DownloadProgress value) => value.Total is { } total
        ? $"{Numbers.Bytes(value.Done)} of {Numbers.Bytes(total)}"
        : Numbers.Bytes(value.Done);
}
