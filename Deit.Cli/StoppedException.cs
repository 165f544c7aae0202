namespace Deit.Cli;

/// <summary>The work was stopped by a signal, and this is what to say about it.</summary>
/// <param name="message">What to say.</param>
/// <param name="exitCode">What shells expect of a program that a signal ended: 128 and the signal's number.</param>
internal sealed class StoppedException(string message, int exitCode) : OperationCanceledException(message)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
