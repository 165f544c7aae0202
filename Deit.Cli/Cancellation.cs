using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Deit.Cli;

/// <summary>Work that Ctrl+C, or a polite kill, stops at a good place instead of anywhere; a second Ctrl+C stops it anywhere.</summary>
internal static class Cancellation
{
    private const int InterruptCode = 128 + 2;
    private const int TerminateCode = 128 + 15;
    private static readonly TimeSpan OneSignal = TimeSpan.FromSeconds(1);

    /// <summary>Does the work.</summary>
    /// <param name="work">Stops when its token says so.</param>
    /// <param name="stopped">What to say then.</param>
    /// <exception cref="StoppedException">It was stopped.</exception>
    public static T Run<T>(Func<CancellationToken, T> work, string stopped)
    {
        using var cancellation = new CancellationTokenSource();
        int exitCode = 0;
        long begun = 0;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return work(cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new StoppedException(stopped, exitCode);
        }

        void Stop(PosixSignalContext signal)
        {
            // Some who send a signal, timeout(1) for one, send it to the process and to its group: that is one request, not two.
            if (exitCode != 0)
            {
                signal.Cancel = signal.Signal != PosixSignal.SIGINT || Stopwatch.GetElapsedTime(begun) < OneSignal;
                return;
            }

            signal.Cancel = true;
            begun = Stopwatch.GetTimestamp();
            exitCode = signal.Signal == PosixSignal.SIGINT ? InterruptCode : TerminateCode;
            cancellation.Cancel();
        }
    }
}
