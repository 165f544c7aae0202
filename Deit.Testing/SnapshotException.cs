namespace Deit.Testing;

/// <summary>
/// Code differs from what was approved, or cannot be compared with it. The message says which, where, and what to do; test
/// frameworks show it as the reason of the failure.
/// </summary>
public sealed class SnapshotException : Exception
{
    /// <summary>Makes the exception.</summary>
    public SnapshotException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception, keeping what caused it.</summary>
    public SnapshotException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
