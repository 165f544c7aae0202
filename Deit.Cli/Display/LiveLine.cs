using System.Diagnostics;

namespace Deit.Cli.Display;

/// <summary>A line at the foot of a terminal that is written over as things go on.</summary>
internal sealed class LiveLine(Terminal terminal)
{
    private const int BarWidth = 24;
    private const string EraseLine = "\r\u001b[K";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private long _shown;
    private bool _isOpen;

    /// <summary>A bar that is full to a share from 0 to 1.</summary>
    public static string Bar(double done)
    {
        int full = (int)(Math.Clamp(done, 0, 1) * BarWidth);
        return new string('█', full) + new string('░', BarWidth - full);
    }

    /// <summary>Whether the line should be written again: not more often than an eye follows, but always the last time.</summary>
    public bool IsTime(bool isLast)
    {
        if (!isLast && _isOpen && Stopwatch.GetElapsedTime(_shown) < Interval) return false;
        _shown = Stopwatch.GetTimestamp();
        return true;
    }

    /// <summary>Writes the line.</summary>
    public void Show(string line)
    {
        int width = Math.Max(20, terminal.Console.Profile.Width - 1);
        terminal.Output.Write(EraseLine + (line.Length > width ? line[..width] : line));
        terminal.Output.Flush();
        _isOpen = true;
    }

    /// <summary>Takes the line away, so that a plain one can be written.</summary>
    public void Erase()
    {
        if (_isOpen) terminal.Output.Write(EraseLine);
        _isOpen = false;
    }
}
