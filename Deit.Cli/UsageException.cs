namespace Deit.Cli;

/// <summary>A command line that cannot be meant as it stands: exit code 2, where a failure has 1.</summary>
/// <param name="message">What is wrong, and what would be right, in one line.</param>
internal sealed class UsageException(string message) : Exception(message);
