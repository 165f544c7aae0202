using System.Runtime.InteropServices;

namespace Deit.Cli;

/// <summary>Work that Ctrl+C, or a polite kill, stops at a good place instead of anywhere.</summary>
internal static class Cancellation
{
    /// <summary>Does the work.</summary>
    /// <param name="work">Stops when its token says so.</param>
    /// <param name="stopped">What to say then.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static T Run<T>(Func<CancellationToken, T> work, string stopped)
    {
        using var cancellation = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return work(cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped);
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            cancellation.Cancel();
        }
    }
}
